#include "daemon/pipeline/log_handover.hpp"

#include "common/file_name.hpp"

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
    struct UnderWay {
        LogHandover& handover;
        explicit UnderWay(LogHandover& one) : handover(one) { handover.under_way_ = true; }
        ~UnderWay() {
            handover.under_way_ = false;
            handover.changed_.notify_all();
        }
    };
    while (under_way_)
        co_await changed_.wait();
    const UnderWay this_one(*this);
    co_await publish_all();
}

Awaitable<void> LogHandover::publish_all() {
    for (const auto& name : files_.rotate()) {
        bool brought_over = false;
        try {
            brought_over = co_await publish(name);
        } catch (const Error&) {
            // The file in work_dir cannot be read now: no reason to end the daemon, or to leave
            // its stop undone.
        }
        if (brought_over)
            files_.remove(name);
    }
}

/// Never over another log: a clock that was set back may give a name twice.
Awaitable<bool> LogHandover::publish(std::string name) {
    for (int number = 1;; ++number) {
        SharePath to{Place::logs, numbered_path(name, number)};
        const auto published = co_await share_.publish(files_.path_of(name), to, {});
        if (published.outcome != PublishOutcome::exists)
            co_return published.outcome == PublishOutcome::published;
    }
}

} // namespace av1encd
