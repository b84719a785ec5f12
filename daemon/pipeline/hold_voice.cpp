#include "daemon/pipeline/hold_voice.hpp"

#include "common/quantities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace av1encd {

namespace {

// Long enough that what comes and goes at the pace of its cause is not said, short enough for a
// share that went away for good.
constexpr std::chrono::minutes lasting{5};

/// What is set by somebody's wish is no trouble; room and the share may need somebody.
Severity severity_of(HoldReason reason) {
    return reason == HoldReason::share || reason == HoldReason::disk ? Severity::warning
                                                                     : Severity::notice;
}

std::string names_of_pausing(const Holds& holds) {
    std::vector<std::string> names;
    for (const auto& hold : holds.all())
        if (pauses(hold.reason))
            names.push_back(to_string(hold.reason));
    return fmt::format("{} hold", fmt::join(names, " and "));
}

} // namespace

void HoldVoice::set(const Hold& hold) {
    auto& told = told_[hold.reason];
    auto line = LineBudget::Line::said;
    if (hold.reason != HoldReason::operator_pause)
        line = told.budget.spend(clock_.now());
    told.withheld = line == LineBudget::Line::withheld;
    told.since = clock_.now();
    told.text = hold.text;
    say_hold(hold.reason, hold.text);
    if (line == LineBudget::Line::said_as_last)
        say(EventKind::note, severity_of(hold.reason),
            fmt::format("the {} hold comes and goes: for now it is said once in {}, or when it "
                        "lasts for {}, and else at level debug; av1ctl tail shows it as it happens",
                        to_string(hold.reason), print_duration(LineBudget::refill),
                        print_duration(lasting)));
}

void HoldVoice::say_hold(HoldReason reason, const std::string& text) {
    say(reason == HoldReason::share ? EventKind::share_lost : EventKind::hold_set,
        told_[reason].withheld ? Severity::debug : severity_of(reason),
        fmt::format("{} hold: {}", to_string(reason), text.empty() ? "no reason given" : text));
}

void HoldVoice::lifted(HoldReason reason) {
    const bool withheld = std::exchange(told_[reason].withheld, false);
    say(reason == HoldReason::share ? EventKind::share_back : EventKind::hold_lifted,
        withheld ? Severity::debug : Severity::notice,
        fmt::format("{} hold lifted", to_string(reason)));
}

HoldVoice::Pause HoldVoice::pause_of(const Holds& holds) {
    if (holds.suspends_tasks())
        return Pause::suspended;
    return holds.pauses() ? Pause::draining : Pause::none;
}

void HoldVoice::follow(const Holds& holds) {
    const auto now = pause_of(holds);
    const bool loud = std::ranges::any_of(holds.all(), [this](const Hold& hold) {
        return pauses(hold.reason) && !told_[hold.reason].withheld;
    });
    const bool changes = now != std::exchange(pause_, now);
    const bool said_before = pause_was_said_;
    pause_was_said_ = now != Pause::none && (said_before || loud);
    if (!changes && pause_was_said_ == said_before)
        return;
    if (now == Pause::none)
        return say(EventKind::resumed, said_before ? Severity::notice : Severity::debug, "resumed");
    say(EventKind::paused, pause_was_said_ ? Severity::notice : Severity::debug,
        fmt::format("paused: {} ({})",
                    now == Pause::suspended ? "encoders are suspended"
                                            : "running segments finish, nothing new starts",
                    names_of_pausing(holds)));
}

std::optional<Ticks> HoldVoice::next_word() const {
    std::optional<Ticks> next;
    for (const auto& [reason, told] : told_)
        if (told.withheld)
            next = std::min(next.value_or(Ticks::max()), told.since + lasting);
    return next;
}

void HoldVoice::say_what_lasts(const Holds& holds) {
    for (auto& [reason, told] : told_) {
        if (!told.withheld || clock_.now() < told.since + lasting)
            continue;
        told.withheld = false;
        say_hold(reason, told.text);
    }
    follow(holds);
}

void HoldVoice::say(EventKind kind, Severity severity, const std::string& message) {
    Event event;
    event.kind = kind;
    event.severity = severity;
    event.message = message;
    events_.publish(event);
}

} // namespace av1encd
