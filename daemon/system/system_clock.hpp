#pragma once
// The machine's clocks. Ticks stand still while the machine is suspended.

#include "daemon/pipeline/ports/clock.hpp"

#include <boost/asio/any_io_executor.hpp>

namespace av1encd {

class SystemClock final : public Clock {
public:
    explicit SystemClock(boost::asio::any_io_executor executor);

    Ticks now() const override;
    WallTime wall_now() const override;
    /// At once for a time that has passed. Cancelled: throws operation_aborted.
    Awaitable<void> wait_until(Ticks when) override;
    /// As wait_until(), and returns too early where the machine has no timer left to give.
    Awaitable<void> wait_until_wall(WallTime when) override;
    std::chrono::seconds utc_offset(WallTime when) const override;

private:
    boost::asio::any_io_executor executor_;
};

} // namespace av1encd
