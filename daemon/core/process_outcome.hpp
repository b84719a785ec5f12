#pragma once
// How a child process ended, as data: whoever asked for it judges it.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace av1encd {

struct ProcessOutcome {
    std::optional<int> exit_status; ///< set where it exited
    std::optional<int> signal;      ///< set where a signal ended it
    std::string start_error;        ///< why it could not be started; empty otherwise
    std::vector<std::string> stderr_lines;  ///< its whole stderr up to 2,000 lines, then the last ones
    std::chrono::milliseconds running_time{}; ///< wall time, stopped time excluded
    std::chrono::milliseconds cpu_time{};
    std::uint64_t peak_memory_bytes = 0;

    bool ended_well() const { return start_error.empty() && exit_status == 0; }
    /// At most `count` lines from the end.
    std::vector<std::string> last_lines(std::size_t count) const;
    bool operator==(const ProcessOutcome&) const = default;
};

/// "exit status 1", "killed by signal 9 (Killed)", "cannot start ffmpeg: No such file or directory".
std::string describe(const ProcessOutcome& outcome);

} // namespace av1encd
