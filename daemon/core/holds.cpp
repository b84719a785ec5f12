#include "daemon/core/holds.hpp"

#include <algorithm>

namespace av1encd {

namespace {

auto has_reason(HoldReason reason) {
    return [reason](const Hold& hold) { return hold.reason == reason; };
}

} // namespace

std::string to_string(HoldReason reason) {
    switch (reason) {
    case HoldReason::operator_pause: return "operator";
    case HoldReason::cpu: return "cpu";
    case HoldReason::schedule: return "schedule";
    case HoldReason::share: return "share";
    case HoldReason::disk: return "disk";
    }
    return "operator";
}

bool pauses(HoldReason reason) {
    return reason == HoldReason::operator_pause || reason == HoldReason::cpu ||
           reason == HoldReason::schedule;
}

std::optional<Duration> suspended_before_clean_up(const PauseConfig& pause) {
    return pause.on_hold == OnHold::cleanup ? Duration::zero() : pause.cleanup_after;
}

bool Holds::set(Hold hold) {
    const auto known = std::find_if(holds_.begin(), holds_.end(), has_reason(hold.reason));
    if (known == holds_.end()) {
        holds_.push_back(std::move(hold));
        return true;
    }
    hold.since = known->since;
    *known = std::move(hold);
    return false;
}

bool Holds::lift(HoldReason reason) {
    return std::erase_if(holds_, has_reason(reason)) > 0;
}

bool Holds::has(HoldReason reason) const {
    return std::any_of(holds_.begin(), holds_.end(), has_reason(reason));
}

bool Holds::pauses() const {
    return std::any_of(holds_.begin(), holds_.end(),
                       [](const Hold& hold) { return av1encd::pauses(hold.reason); });
}

bool Holds::suspends_tasks() const {
    return std::any_of(holds_.begin(), holds_.end(), [](const Hold& hold) {
        return av1encd::pauses(hold.reason) && !hold.drain;
    });
}

bool Holds::keeps_tasks_from_starting() const {
    return std::any_of(holds_.begin(), holds_.end(),
                       [](const Hold& hold) { return hold.reason != HoldReason::share; });
}

std::optional<WallTime> Holds::operator_end() const {
    const auto hold =
        std::find_if(holds_.begin(), holds_.end(), has_reason(HoldReason::operator_pause));
    return hold == holds_.end() ? std::nullopt : hold->until;
}

} // namespace av1encd
