#pragma once
// Looks at the encoders in the slots and ends those that get nowhere, while nothing is suspended.
// Their tasks see a stalled outcome and go on from there.

#include "daemon/core/stall_watch.hpp"
#include "daemon/pipeline/event_hub.hpp"
#include "daemon/pipeline/slots.hpp"

#include <map>
#include <utility>

namespace av1encd {

class StallWatcher {
public:
    StallWatcher(const boost::asio::any_io_executor& executor, const Slots& slots, Pauser& pauser,
                 Processes& processes, Clock& clock, EventHub& hub);

    /// Until cancelled. Sleeps while no encoder runs.
    Awaitable<void> run();

private:
    void look();
    StallWatch::Look look_at(const SlotWork& work) const;

    const Slots& slots_;
    Pauser& pauser_;
    Processes& processes_;
    Clock& clock_;
    /// By pid and the time at which its slot was taken: pids come again.
    std::map<std::pair<pid_t, StallWatch::Span>, StallWatch> watches_;
    Notifier changed_;
    EventHub::Listener listener_;
};

} // namespace av1encd
