#pragma once
// Samples of the CPU time of other processes -> whether they need the machine: the `cpu` hold.
//
// Their share of all cores, averaged over `window` and rounded up to a whole per cent as the fleets
// are used to, is compared with `threshold`. Above it the hold is set at once; it is released once
// the average was not above for `resume_after` without a break, so a load whose pauses are shorter
// than that changes nothing. What was not seen counts as nothing: before the first samples, in a
// process's first sample (unless it is younger than the sample before), and in samples whose totals
// already show that others used too little for processes to be looked at.

#include "daemon/config/config.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <sys/types.h>
#include <unordered_map>
#include <utility>
#include <vector>

namespace av1encd {

using Nanoseconds = std::chrono::nanoseconds;
/// Time in which the machine was suspended counts too.
using SinceBoot = Nanoseconds;

/// Of the machine as a whole; cheap to have.
struct MachineUse {
    SinceBoot at{};
    int cores = 1;      ///< online
    Nanoseconds idle{}; ///< of all cores together
    Nanoseconds own{};  ///< CPU time of av1encd's own processes, ended ones included
};

/// One of the processes of others.
struct ProcessUse {
    pid_t pid = 0;
    SinceBoot start{}; ///< rounded down to process_time_tick; tells two with the same pid apart
    Nanoseconds cpu{}; ///< since its start, all threads, without its children
    int nice = 0;
    std::string name;
    bool operator==(const ProcessUse&) const = default;
};

/// The unit in which /proc tells times: USER_HZ is 100 wherever Debian runs.
constexpr Nanoseconds process_time_tick = std::chrono::milliseconds(10);

struct CpuVerdict {
    bool hold = false;
    int percent = 0; ///< of all cores, used by others over the window, rounded up
    /// The one that used most in the last sample; nullopt where none was looked at.
    std::optional<ProcessUse> busiest;
};

class CpuPressure {
public:
    explicit CpuPressure(CpuWatchdogConfig config) : config_(std::move(config)) {}
    /// In force with the next sample.
    void configure(const CpuWatchdogConfig& config) { config_ = config; }

    /// Whether the totals alone leave open what the verdict on this sample is.
    bool needs_processes(const MachineUse& now) const;
    /// In the order of time; `others` where needs_processes() asked for them.
    CpuVerdict add(const MachineUse& now, const std::optional<std::vector<ProcessUse>>& others);

private:
    struct Span {
        SinceBoot begin{};
        SinceBoot end{};
        Nanoseconds used{};    ///< as far as it was seen
        Nanoseconds at_most{}; ///< the same where processes were looked at
    };
    struct Known {
        SinceBoot start{};
        Nanoseconds cpu{};
    };

    bool jumped(SinceBoot now) const;
    Nanoseconds others_at_most(const MachineUse& now) const;
    Nanoseconds within_window(SinceBoot now, Nanoseconds Span::*amount) const;
    int window_percent(const MachineUse& now, Nanoseconds used) const;
    bool is_above(int percent) const { return percent > config_.threshold_percent; }
    void record(const MachineUse& now, const std::optional<std::vector<ProcessUse>>& others);
    Nanoseconds used_since(SinceBoot begin, const std::vector<ProcessUse>& others);
    void remember(SinceBoot now, const std::vector<ProcessUse>& others);
    void decide(SinceBoot now, int percent);

    CpuWatchdogConfig config_;
    std::optional<MachineUse> last_;
    std::deque<Span> spans_; ///< without gaps, oldest first
    std::unordered_map<pid_t, Known> known_;
    std::optional<SinceBoot> known_at_; ///< when known_ was true
    std::optional<ProcessUse> busiest_;
    bool hold_ = false;
    std::optional<SinceBoot> calm_since_; ///< while held: since when it is not above
};

} // namespace av1encd
