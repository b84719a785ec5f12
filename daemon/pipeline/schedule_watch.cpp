#include "daemon/pipeline/schedule_watch.hpp"

#include "daemon/core/schedule_hours.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>

namespace av1encd {

using namespace boost::asio::experimental::awaitable_operators;

namespace {

constexpr std::chrono::hours longest_wait{1};

std::vector<ScheduleEntry> entries_of(const std::vector<std::string>& schedule) {
    std::vector<ScheduleEntry> entries;
    for (const auto& text : schedule)
        if (const auto entry = parse_schedule_entry(text))
            entries.push_back(*entry);
    return entries;
}

} // namespace

ScheduleWatch::ScheduleWatch(const boost::asio::any_io_executor& executor, const Config& config,
                             Pauser& pauser, Clock& clock)
    : config_(config),
      pauser_(pauser),
      clock_(clock),
      changed_(executor) {}

Awaitable<void> ScheduleWatch::run() {
    for (;;) {
        if (const auto next = look())
            co_await (changed_.wait() || clock_.wait_until_wall(*next));
        else
            co_await changed_.wait();
    }
}

std::optional<WallTime> ScheduleWatch::look() {
    const auto now = clock_.wall_now();
    const auto entries = entries_of(config_.schedule);
    const auto state =
        schedule_at(now, entries, [this](WallTime when) { return clock_.utc_offset(when); });
    if (state.may_run)
        pauser_.lift(HoldReason::schedule);
    else
        pauser_.set(HoldReason::schedule, "outside the hours in which encoding may run",
                    state.until);
    if (entries.empty())
        return std::nullopt;
    return std::min(state.until.value_or(now + longest_wait), now + longest_wait);
}

} // namespace av1encd
