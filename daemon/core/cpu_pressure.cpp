#include "daemon/core/cpu_pressure.hpp"

#include <algorithm>
#include <cstdint>

namespace av1encd {

namespace {

// Idle, waiting and own time are each rounded to a tick.
constexpr Nanoseconds rounding = 3 * process_time_tick;
// A window may be as short as the interval, and a loaded machine is late; a jump is longer.
constexpr Nanoseconds patience = std::chrono::seconds(2);

/// Whole per cent, rounded up. In microseconds, of which a month of many cores can be multiplied.
int percent_of(Nanoseconds used, Nanoseconds all) {
    const auto part = std::chrono::ceil<std::chrono::microseconds>(used).count();
    const auto whole = std::chrono::floor<std::chrono::microseconds>(all).count();
    return static_cast<int>((part * 100 + whole - 1) / std::max<std::int64_t>(whole, 1));
}

} // namespace

bool CpuPressure::jumped(SinceBoot now) const {
    return now - last_->at > Nanoseconds(config_.window) + patience;
}

/// The kernel's count of idle time is exact, that of busy time by kind is not: what runs between
/// two timer interrupts only is in none of those.
Nanoseconds CpuPressure::others_at_most(const MachineUse& now) const {
    const auto elapsed = now.at - last_->at;
    if (now.cores != last_->cores) // counters of cores that went or came say nothing
        return elapsed * std::max(now.cores, last_->cores);
    const auto idle = std::max(now.idle - last_->idle, Nanoseconds::zero());
    const auto own = std::max(now.own - last_->own, Nanoseconds::zero());
    return std::max(elapsed * now.cores - idle - own, Nanoseconds::zero());
}

Nanoseconds CpuPressure::within_window(SinceBoot now, Nanoseconds Span::*amount) const {
    const auto begin = now - config_.window;
    Nanoseconds sum{};
    for (const auto& span : spans_) {
        if (span.begin >= begin)
            sum += span.*amount;
        else if (span.end > begin)
            sum += Nanoseconds(static_cast<Nanoseconds::rep>(
                static_cast<double>((span.*amount).count()) *
                static_cast<double>((span.end - begin).count()) /
                static_cast<double>((span.end - span.begin).count())));
    }
    return sum;
}

int CpuPressure::window_percent(const MachineUse& now, Nanoseconds used) const {
    return percent_of(used, Nanoseconds(config_.window) * now.cores);
}

bool CpuPressure::needs_processes(const MachineUse& now) const {
    if (!last_ || now.at <= last_->at || jumped(now.at))
        return false;
    const auto at_most = others_at_most(now) + rounding;
    // The first keeps a load's first samples from going by unseen where it takes several of them
    // to fill the window.
    return is_above(percent_of(at_most, (now.at - last_->at) * now.cores)) ||
           is_above(window_percent(now, within_window(now.at, &Span::at_most) + at_most));
}

CpuVerdict CpuPressure::add(const MachineUse& now,
                            const std::optional<std::vector<ProcessUse>>& others) {
    busiest_.reset();
    if (last_ && jumped(now.at)) {
        spans_.clear();
        known_at_.reset();
        calm_since_.reset();
    } else if (last_ && now.at > last_->at) {
        record(now, others);
    }
    if (others)
        remember(now.at, *others);
    last_ = now;
    const int percent = window_percent(now, within_window(now.at, &Span::used));
    decide(now.at, percent);
    return {hold_, percent, busiest_};
}

void CpuPressure::record(const MachineUse& now,
                         const std::optional<std::vector<ProcessUse>>& others) {
    const auto window_begin = now.at - config_.window;
    std::erase_if(spans_, [&](const Span& span) { return span.end <= window_begin; });
    Span span{last_->at, now.at, Nanoseconds::zero(), others_at_most(now)};
    if (others) {
        // Samples without processes in between become part of what is known exactly now.
        if (known_at_ && *known_at_ < window_begin && *known_at_ != last_->at)
            known_at_.reset();
        span.begin = known_at_.value_or(span.begin);
        std::erase_if(spans_, [&](const Span& other) { return other.begin >= span.begin; });
        span.used = used_since(span.begin, *others);
        span.at_most = span.used;
    }
    spans_.push_back(span);
}

Nanoseconds CpuPressure::used_since(SinceBoot begin, const std::vector<ProcessUse>& others) {
    Nanoseconds sum{};
    Nanoseconds most{};
    for (const auto& process : others) {
        if (process.nice < config_.nice_range.first || process.nice > config_.nice_range.second)
            continue;
        Nanoseconds used{};
        const auto known = known_.find(process.pid);
        if (known_at_ && known != known_.end() && known->second.start == process.start)
            used = std::max(process.cpu - known->second.cpu, Nanoseconds::zero());
        else if (process.start + process_time_tick > begin)
            used = process.cpu;
        sum += used;
        if (used > most) {
            most = used;
            busiest_ = process;
        }
    }
    return sum;
}

void CpuPressure::remember(SinceBoot now, const std::vector<ProcessUse>& others) {
    known_.clear();
    for (const auto& process : others)
        known_[process.pid] = {process.start, process.cpu};
    known_at_ = now;
}

void CpuPressure::decide(SinceBoot now, int percent) {
    if (is_above(percent)) {
        hold_ = true;
        calm_since_.reset();
        return;
    }
    if (!hold_)
        return;
    if (!calm_since_)
        calm_since_ = now;
    hold_ = now - *calm_since_ < config_.resume_after;
}

} // namespace av1encd
