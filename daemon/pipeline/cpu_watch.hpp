#pragma once
// The CPU watchdog: looks at what other processes use, and sets and lifts the `cpu` hold.
//
// Without cpu_watchdog.enabled it sleeps until reload().

#include "daemon/config/config.hpp"
#include "daemon/core/cpu_pressure.hpp"
#include "daemon/pipeline/notifier.hpp"
#include "daemon/pipeline/pauser.hpp"
#include "daemon/pipeline/ports/clock.hpp"
#include "daemon/pipeline/ports/events.hpp"
#include "daemon/pipeline/ports/process_table.hpp"

namespace av1encd {

class CpuWatch {
public:
    CpuWatch(const boost::asio::any_io_executor& executor, const Config& config,
             ProcessTable& processes, Pauser& pauser, Clock& clock, Events& events);

    /// Until cancelled.
    Awaitable<void> run();
    /// The configuration has changed.
    void reload() { changed_.notify_all(); }

private:
    /// When to look again; nullopt: not before reload().
    std::optional<Ticks> look();
    void begin();
    void end();
    void take_sample();

    const Config& config_;
    ProcessTable& processes_;
    Pauser& pauser_;
    Clock& clock_;
    Events& events_;
    std::optional<CpuPressure> pressure_; ///< while it is enabled
    bool blind_spot_said_ = false;
    Notifier changed_;
};

} // namespace av1encd
