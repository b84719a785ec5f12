#include "daemon/pipeline/log_handover.hpp"

#include <utility>

namespace av1encd {

LogHandover::LogHandover(const boost::asio::any_io_executor& executor, LogFiles& files,
                         Share& share)
    : files_(files),
      share_(share),
      changed_(executor) {}

void LogHandover::request() {
    requested_ = true;
    changed_.notify_all();
}

Awaitable<void> LogHandover::run() {
    for (;;) {
        while (!std::exchange(requested_, false))
            co_await changed_.wait();
        co_await hand_over();
    }
}

Awaitable<void> LogHandover::hand_over() {
    for (const auto& name : files_.rotate()) {
        SharePath to{Place::logs, name};
        const auto published = co_await share_.publish(files_.path_of(name), to, {});
        const bool is_there = published.outcome == PublishOutcome::published ||
                              published.outcome == PublishOutcome::exists;
        if (is_there)
            files_.remove(name);
    }
}

} // namespace av1encd
