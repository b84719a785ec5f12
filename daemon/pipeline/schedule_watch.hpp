#pragma once
// Sets the `schedule` hold outside of the hours in which encoding may run, and lifts it in them.
//
// Without a schedule it sleeps until reload(). A clock that is set, and a machine that wakes up,
// count at once; another time zone within an hour.

#include "daemon/config/config.hpp"
#include "daemon/pipeline/notifier.hpp"
#include "daemon/pipeline/pauser.hpp"
#include "daemon/pipeline/ports/clock.hpp"

namespace av1encd {

class ScheduleWatch {
public:
    ScheduleWatch(const boost::asio::any_io_executor& executor, const Config& config,
                  Pauser& pauser, Clock& clock);

    /// Until cancelled. The hold is set or lifted before the first wait.
    Awaitable<void> run();
    /// The configuration has changed.
    void reload() { changed_.notify_all(); }

private:
    /// When to look again; nullopt: not before reload().
    std::optional<WallTime> look();

    const Config& config_;
    Pauser& pauser_;
    Clock& clock_;
    Notifier changed_;
};

} // namespace av1encd
