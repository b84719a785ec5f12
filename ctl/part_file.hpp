#pragma once
// A file that is being written into a folder under a hidden name, and is either published under its
// real name or removed.

#include "common/unique_fd.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace av1encd {

enum class Publication { published, taken };

class PartFile {
public:
    /// Makes `.<name>.<random>.part`, mode 0664 less the umask, so that a daemon of the folder's
    /// group can move it.
    PartFile(std::filesystem::path folder, std::string name);
    /// Removes it unless it was published.
    ~PartFile();
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;

    void write(std::string_view bytes);
    /// Flushes it and gives it its name, if that is free; the folder is flushed, too.
    Publication publish();

private:
    void flush();
    Publication give_name();
    Publication rename_where_links_are_refused();

    std::filesystem::path folder_;
    std::string name_;
    std::string part_name_; ///< empty once it is published
    UniqueFd folder_fd_;
    UniqueFd file_; ///< closed once it is flushed
};

} // namespace av1encd
