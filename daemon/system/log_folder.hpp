#pragma once
// The log files in a folder: av1_job_<time>.log with every line, and errors_av1_job_<time>.log with
// warnings and worse. Each is made with its first line, and a line is in the file once write()
// returns. The time is local; a name is never used twice by one LogFolder, nor while it exists.

#include "common/unique_fd.hpp"
#include "daemon/pipeline/ports/events.hpp"

#include <ctime>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

class LogFolder {
public:
    using Now = std::function<std::time_t()>;

    /// The folder is made with the first line too; its parent exists.
    LogFolder(std::filesystem::path folder, Now now);

    /// `line` with its newline. Throws Error where a file cannot be made or written; the next
    /// line tries again.
    void write(Severity severity, std::string_view line);

    /// As LogFiles::rotate(). Throws Error where the folder cannot be read.
    std::vector<std::string> rotate();
    std::filesystem::path path_of(const std::string& name) const;
    /// Throws Error; no complaint where it is not there.
    void remove(const std::string& name);

private:
    /// Nothing is open outside of it.
    struct OpenFile {
        std::string name;
        UniqueFd fd;
    };

    void open_job_file();
    std::string next_stem();
    OpenFile open(const std::string& name, int flags) const;
    void append(const OpenFile& file, std::string_view text) const;

    std::filesystem::path folder_;
    Now now_;
    std::string last_time_; ///< that a name was made of
    int last_number_ = 0;   ///< how many names were made of it
    std::string stem_;      ///< of the files that are written to
    OpenFile job_file_;
    OpenFile error_file_;
};

} // namespace av1encd
