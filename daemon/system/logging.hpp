#pragma once
// What the daemon says, where people look: in the journal with its own fields when stderr is the
// journal, else on stderr; and in the log files.
//
// Saying something never throws: a journal that does not listen is given up for that line, a log
// file that cannot be written to is complained of once until it works again.

#include "daemon/config/config.hpp"
#include "daemon/pipeline/ports/events.hpp"
#include "daemon/system/log_folder.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

class EventLog final : public Events, public LogFiles {
public:
    /// `folder` is that of the log files: below work_dir, which is this daemon's own by now.
    /// `machine` goes into the journal's fields.
    EventLog(
        std::filesystem::path folder, std::string machine, LogLevel level,
        LogFolder::Now now = [] { return std::time(nullptr); });
    ~EventLog() override;
    EventLog(const EventLog&) = delete;
    EventLog& operator=(const EventLog&) = delete;

    void set_level(LogLevel level);

    /// A line of the daemon's own.
    void log(Severity severity, std::string_view message);

    /// Progress is not logged. Of `details` the log files get every line, the others the last ten.
    void publish(const Event& event) override;

    // What cannot be read or removed is logged as a warning, once until it works again.
    std::vector<std::string> rotate() override;
    std::string path_of(const std::string& name) const override;
    void remove(const std::string& name) override;

private:
    class Outputs;

    void complain_once(bool& fails, std::string_view reason);

    Severity threshold_;
    LogFolder folder_;
    bool rotation_fails_ = false;
    bool removal_fails_ = false;
    std::unique_ptr<Outputs> outputs_; ///< writes to folder_
};

} // namespace av1encd
