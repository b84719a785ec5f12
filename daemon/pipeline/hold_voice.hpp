#pragma once
// What is said of holds, and of the pauses they make: each once when it is set and once when it is
// lifted. One that comes and goes all the time is said at level debug only until it calms down or
// lasts; a hold and its lifting are always said at the same level, so that the log never ends with
// a hold that is over. The operator's hold is always said.

#include "daemon/core/holds.hpp"
#include "daemon/core/line_budget.hpp"
#include "daemon/pipeline/ports/clock.hpp"
#include "daemon/pipeline/ports/events.hpp"

#include <map>
#include <optional>
#include <string>

namespace av1encd {

class HoldVoice {
public:
    HoldVoice(Events& events, const Clock& clock) : events_(events), clock_(clock) {}

    void set(const Hold& hold);
    void lifted(HoldReason reason);
    /// After each of these: whether work is paused now.
    void follow(const Holds& holds);

    /// Says what was withheld and lasts; to be called at next_word().
    void say_what_lasts(const Holds& holds);
    std::optional<Ticks> next_word() const;

    /// Whether the pause in force was said for all to hear.
    bool pause_was_said() const { return pause_was_said_; }

private:
    enum class Pause { none, draining, suspended };
    struct Told {
        LineBudget budget;
        bool withheld = false; ///< the hold in force
        Ticks since{};
        std::string text;
    };

    static Pause pause_of(const Holds& holds);
    void say_hold(HoldReason reason, const std::string& text);
    void say(EventKind kind, Severity severity, const std::string& message);

    Events& events_;
    const Clock& clock_;
    std::map<HoldReason, Told> told_;
    Pause pause_ = Pause::none;
    bool pause_was_said_ = false;
};

} // namespace av1encd
