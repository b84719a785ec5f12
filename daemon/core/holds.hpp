#pragma once
// The reasons not to work: who set each, until when, and what each stops. Each is set and lifted by
// its own cause only.

#include "daemon/config/config.hpp"
#include "daemon/core/job.hpp"

#include <optional>
#include <string>
#include <vector>

namespace av1encd {

enum class HoldReason { operator_pause, cpu, schedule, share, disk };

struct Hold {
    HoldReason reason = HoldReason::operator_pause;
    std::string text; ///< why, and by whom
    WallTime since{};
    std::optional<WallTime> until; ///< when its cause is going to lift it
    bool drain = false;            ///< of operator_pause: what runs may end, nothing starts
    bool operator==(const Hold&) const = default;
};

/// "operator", "cpu", "schedule", "share", "disk".
std::string to_string(HoldReason reason);

/// Of `operator`, `cpu` and `schedule`: everything that uses the CPU stops.
bool pauses(HoldReason reason);

/// How long child processes stay suspended before they are ended to give their memory back; zero:
/// at once. nullopt: as long as there is memory.
std::optional<Duration> suspended_before_clean_up(const PauseConfig& pause);

class Holds {
public:
    /// Replaces one of the same reason, whose `since` stays; true where it is a new one.
    bool set(Hold hold);
    /// True where there was one.
    bool lift(HoldReason reason);
    bool has(HoldReason reason) const;

    /// Work that needs the CPU stops: at once, or where it drains with what runs.
    bool pauses() const;
    /// Running child processes are to be stopped.
    bool suspends_tasks() const;
    /// No task may be started.
    bool keeps_tasks_from_starting() const;
    /// No source may be claimed.
    bool keeps_from_claiming() const { return !holds_.empty(); }

    /// When the operator's hold is over; nullopt: not by itself, or there is none.
    std::optional<WallTime> operator_end() const;

    const std::vector<Hold>& all() const { return holds_; }

private:
    std::vector<Hold> holds_; ///< in the order in which they were set
};

} // namespace av1encd
