#pragma once
// Tells the service manager how the daemon is: ready once it can serve, what it does in one line
// whenever that changes, that its loop turns, and that a slow start or stop is going on.

#include "daemon/control/steering.hpp"
#include "daemon/pipeline/coroutine_scope.hpp"
#include "daemon/pipeline/event_hub.hpp"
#include "daemon/pipeline/notifier.hpp"
#include "daemon/pipeline/ports/clock.hpp"
#include "daemon/pipeline/ports/service_manager.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace av1encd {

class ServiceReport {
public:
    /// `changed` is notified, beside the events of `hub`, when the status may be another. All of
    /// them outlive this.
    ServiceReport(const boost::asio::any_io_executor& executor, ServiceManager& manager,
                  Steering& steering, EventHub& hub, Notifier& changed, Clock& clock);

    /// Begins; nothing happens where nobody listens. Once, on the loop, before anything that may
    /// take long.
    void begin();
    /// What it does, or whether it can serve, may have changed.
    void look();
    /// Ends it; the last thing of a stop.
    Awaitable<void> stop();

private:
    Awaitable<void> follow();
    Awaitable<void> hear_of_changes();
    Awaitable<void> stay_alive(std::chrono::microseconds interval);
    Awaitable<void> extend_start();
    Awaitable<void> extend_stop();
    void tell();
    void tell_of_stop();

    ServiceManager& manager_;
    Steering& steering_;
    EventHub& hub_;
    Notifier& changed_;
    Clock& clock_;
    Notifier news_;
    bool has_news_ = true;
    bool ready_ = false;
    bool stopping_ = false;
    std::string told_; ///< the line that was told last
    CoroutineScope scope_;
    std::unique_ptr<EventHub::Listener> listener_; ///< none: before begin(), after stop()
};

} // namespace av1encd
