#pragma once
// How a child process ended, as data: whoever asked for it judges it.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

struct ProcessOutcome {
    std::optional<int> exit_status; ///< set where it exited
    std::optional<int> signal;      ///< set where a signal ended it
    /// What was seen of it ("it made no progress for 2m") where it was killed since it did nothing
    /// any more; empty otherwise.
    std::string stall;
    /// It was killed, or not even started, to give its memory back.
    bool cleaned_up = false;
    /// Why it could not be started, with its name ("cannot start ffmpeg: No such file or
    /// directory"); empty otherwise.
    std::string start_error;
    std::vector<std::string> stderr_lines;    ///< its whole stderr up to 2,000 lines, then the last
    std::chrono::milliseconds running_time{}; ///< wall time, stopped time excluded
    std::chrono::milliseconds cpu_time{};
    std::uint64_t peak_memory_bytes = 0;
    std::uint64_t memory_limit_bytes = 0; ///< that it was allowed; 0: no limit
    /// The most that was seen of what this limit counts. A look now and then, so it may have been
    /// more; 0: none was taken.
    std::uint64_t data_bytes = 0;

    bool ended_well() const { return start_error.empty() && exit_status == 0; }
    /// At most `count` lines from the end.
    std::vector<std::string> last_lines(std::size_t count) const;
    bool operator==(const ProcessOutcome&) const = default;
};

/// A library's word about this machine, whatever the file: no complaint of what was read or made.
bool is_about_machine(std::string_view line);

/// "exit status 1", "killed by signal 9 (Killed)", "cannot start ffmpeg: No such file or
/// directory", "it made no progress for 2m and was killed".
std::string describe(const ProcessOutcome& outcome);

/// The line of stderr that says most about why it ended: the first that is more than ffmpeg's usual
/// epilogue or an encoder's greeting. Without ffmpeg's addresses in memory and the paths of
/// work_dir, safe for one line of a terminal; empty where there is none.
std::string telling_line(const ProcessOutcome& outcome);

/// describe() and, where there is one, the telling line: "exit status 1: Invalid data found …".
std::string describe_with_reason(const ProcessOutcome& outcome);

} // namespace av1encd
