#include "daemon/pipeline/finish_boost.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace av1encd {

FinishBoost::FinishBoost(const Config& config, const Slots& slots, const Tally& tally,
                         Processes& processes, EventHub& hub)
    : config_(config),
      slots_(slots),
      tally_(tally),
      processes_(processes),
      hub_(hub),
      listener_(hub, [this](const Event& event) {
          if (event.kind == EventKind::progress)
              look();
      }) {}

void FinishBoost::follow_config() {
    said_ = false;
    look();
}

void FinishBoost::look() {
    std::map<pid_t, int> before;
    std::swap(before, given_);
    for (const auto& work : slots_.works()) {
        if (!work || !work->pid)
            continue;
        const auto known = before.find(*work->pid);
        const auto wanted = wanted_niceness(*work);
        if (known == before.end() && !wanted)
            continue;
        const int nice = wanted.value_or(config_.priority.nice);
        if (wanted)
            given_[*work->pid] = nice;
        if (known == before.end() || known->second != nice)
            give(*work->pid, nice);
    }
}

/// nullopt: that which it was started with.
std::optional<int> FinishBoost::wanted_niceness(const SlotWork& work) const {
    const auto& boost = config_.finish_boost;
    if (!boost.at_percent || tally_.done_now(work.job, work.crf) * 100 < *boost.at_percent)
        return std::nullopt;
    return boost.nice;
}

void FinishBoost::give(pid_t pid, int nice) {
    const bool boosts = given_.contains(pid);
    // In SCHED_IDLE a thread gets as good as nothing whatever its niceness; SCHED_BATCH goes by it.
    const auto policy =
        boosts && config_.priority.cpu == CpuPolicy::idle ? CpuPolicy::batch : config_.priority.cpu;
    if (const auto reason = processes_.set_priority(pid, nice, policy))
        say_refused(nice, *reason);
}

void FinishBoost::say_refused(int nice, const std::string& reason) {
    if (std::exchange(said_, true))
        return;
    Event event;
    event.severity = Severity::notice;
    event.message = fmt::format("finish_boost: the system does not allow niceness {}: {}; it goes "
                                "on without (LimitNICE= of the service can allow it)",
                                nice, reason);
    hub_.publish(event);
}

} // namespace av1encd
