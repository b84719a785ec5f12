#include "daemon/control/service_report.hpp"

#include "daemon/control/status_line.hpp"

#include <algorithm>

namespace av1encd {

using namespace std::chrono_literals;

namespace {

constexpr auto between_lines = 5s;
// What is promised outlives some promises that are late.
constexpr auto between_extensions = 10s;
constexpr auto extension = 30s;
// A machine that is being shut down waits for us; what is not over by then never will be.
constexpr auto longest_stop = 5min;

// Who waits for the share or for room on the disk may wait for ever, and whatever is ordered after
// the start with it; meanwhile clients are answered.
bool can_serve(const Status& status) {
    return status.state != "starting" ||
           std::any_of(status.holds.begin(), status.holds.end(), [](const HoldStatus& hold) {
               return hold.reason == "share" || hold.reason == "disk";
           });
}

} // namespace

ServiceReport::ServiceReport(const boost::asio::any_io_executor& executor, ServiceManager& manager,
                             Steering& steering, EventHub& hub, Notifier& changed, Clock& clock)
    : manager_(manager),
      steering_(steering),
      hub_(hub),
      changed_(changed),
      clock_(clock),
      news_(executor),
      scope_(executor) {}

void ServiceReport::begin() {
    if (!manager_.listens())
        return;
    listener_ = std::make_unique<EventHub::Listener>(hub_, [this](const Event& event) {
        if (event.kind == EventKind::stopping)
            tell_of_stop();
        look();
    });
    if (const auto interval = manager_.watchdog())
        scope_.start(stay_alive(*interval));
    scope_.start(extend_start());
    scope_.start(follow());
    scope_.start(hear_of_changes());
}

void ServiceReport::look() {
    if (!listener_)
        return;
    if (!ready_ && !stopping_ && can_serve(steering_.status())) {
        ready_ = manager_.ready();
        tell();
    }
    has_news_ = true;
    news_.notify_all();
}

Awaitable<void> ServiceReport::stop() {
    listener_.reset();
    scope_.cancel();
    co_await scope_.wait();
}

Awaitable<void> ServiceReport::follow() {
    for (;;) {
        has_news_ = false;
        tell();
        co_await clock_.wait_until(clock_.now() + between_lines);
        while (!has_news_)
            co_await news_.wait();
    }
}

Awaitable<void> ServiceReport::hear_of_changes() {
    for (;;) {
        co_await changed_.wait();
        look();
    }
}

/// Of the loop itself: where it hangs, this does.
Awaitable<void> ServiceReport::stay_alive(std::chrono::microseconds interval) {
    for (;;) {
        manager_.alive();
        co_await clock_.wait_until(clock_.now() + interval / 2);
    }
}

Awaitable<void> ServiceReport::extend_start() {
    while (!ready_ && !stopping_) {
        manager_.extend(extension);
        co_await clock_.wait_until(clock_.now() + between_extensions);
        if (!ready_)
            look();
    }
}

Awaitable<void> ServiceReport::extend_stop() {
    const auto end = clock_.now() + longest_stop;
    while (clock_.now() < end) {
        manager_.extend(extension);
        co_await clock_.wait_until(clock_.now() + between_extensions);
    }
}

void ServiceReport::tell() {
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.wall_now());
    auto line = status_line(steering_.status(), now);
    if (line == told_)
        return;
    manager_.describe(line);
    told_ = std::move(line);
}

void ServiceReport::tell_of_stop() {
    stopping_ = true;
    manager_.stopping();
    tell();
    scope_.start(extend_stop());
}

} // namespace av1encd
