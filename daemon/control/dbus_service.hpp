#pragma once
// The daemon on the system bus, as org.av1encd(5) has it: what Steering shows and does, as objects,
// signals and methods. Served by the loop's thread; without a bus it waits for one.

#include "daemon/control/steering.hpp"
#include "daemon/pipeline/ports/clock.hpp"
#include "daemon/pipeline/ports/events.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace av1encd {

class DbusService {
public:
    /// Looks for the bus from the loop's next turn on. All outlive it. Throws nothing of the bus.
    DbusService(const boost::asio::any_io_executor& executor, Steering& steering, Clock& clock,
                Events& events);
    /// stop() comes first.
    ~DbusService();

    /// Releases the name and closes the connection; returns when nothing of it is left.
    Awaitable<void> stop();

private:
    class Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace av1encd
