#include "daemon/pipeline/cpu_watch.hpp"

#include "common/quantities.hpp"
#include "common/source_text.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace av1encd {

using namespace boost::asio::experimental::awaitable_operators;

namespace {

std::string reason_of(const CpuVerdict& verdict, const CpuWatchdogConfig& config) {
    auto text = fmt::format("other processes use {}% of all cores, more than {}", verdict.percent,
                            print_percent(config.threshold_percent));
    if (verdict.busiest)
        text += fmt::format(", most of all {} (pid {})", printable(verdict.busiest->name),
                            verdict.busiest->pid);
    return text;
}

} // namespace

CpuWatch::CpuWatch(const boost::asio::any_io_executor& executor, const Config& config,
                   ProcessTable& processes, Pauser& pauser, Clock& clock, Events& events)
    : config_(config),
      processes_(processes),
      pauser_(pauser),
      clock_(clock),
      events_(events),
      changed_(executor) {}

Awaitable<void> CpuWatch::run() {
    for (;;) {
        if (const auto next = look())
            co_await (changed_.wait() || clock_.wait_until(*next));
        else
            co_await changed_.wait();
    }
}

std::optional<Ticks> CpuWatch::look() {
    if (!config_.cpu_watchdog.enabled) {
        end();
        return std::nullopt;
    }
    if (!pressure_)
        begin();
    pressure_->configure(config_.cpu_watchdog);
    take_sample();
    return clock_.now() + config_.cpu_watchdog.sample_interval;
}

void CpuWatch::begin() {
    pressure_.emplace(config_.cpu_watchdog);
    if (std::exchange(blind_spot_said_, true))
        return;
    if (const auto hidden = processes_.blind_spot()) {
        Event event;
        event.severity = Severity::warning;
        event.message = fmt::format("the CPU watchdog does not see {}", *hidden);
        events_.publish(event);
    }
}

void CpuWatch::end() {
    pressure_.reset();
    pauser_.lift(HoldReason::cpu);
}

void CpuWatch::take_sample() {
    const auto machine = processes_.machine();
    if (!machine)
        return;
    std::optional<std::vector<ProcessUse>> others;
    if (pressure_->needs_processes(*machine))
        others = processes_.others();
    const auto verdict = pressure_->add(*machine, others);
    if (!verdict.hold)
        pauser_.lift(HoldReason::cpu);
    else if (!pauser_.holds().has(HoldReason::cpu))
        pauser_.set(HoldReason::cpu, reason_of(verdict, config_.cpu_watchdog));
}

} // namespace av1encd
