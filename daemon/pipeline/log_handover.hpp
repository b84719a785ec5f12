#pragma once
// Brings this machine's log files to jobs/logs/<machine>/ on the share: at the end of each chunk,
// on pause and at the end. What could not be brought over stays in work_dir/logs for the next time.

#include "daemon/pipeline/notifier.hpp"
#include "daemon/pipeline/ports/events.hpp"
#include "daemon/pipeline/ports/share.hpp"

namespace av1encd {

class LogHandover {
public:
    LogHandover(const boost::asio::any_io_executor& executor, LogFiles& files, Share& share);

    void request();
    /// Follows requests until cancelled.
    Awaitable<void> run();
    /// After the one that is under way, if any.
    Awaitable<void> hand_over();

private:
    Awaitable<void> publish_all();
    Awaitable<bool> publish(std::string name);

    LogFiles& files_;
    Share& share_;
    bool requested_ = false;
    bool under_way_ = false;
    Notifier changed_;
};

} // namespace av1encd
