#pragma once
// Gives the running segments of a rendition that is nearly done a higher priority, where the system
// allows it: others wait for its end.

#include "daemon/config/config.hpp"
#include "daemon/core/tally.hpp"
#include "daemon/pipeline/event_hub.hpp"
#include "daemon/pipeline/slots.hpp"

#include <map>

namespace av1encd {

class FinishBoost {
public:
    /// `config` in force now: follow_config() where it changed.
    FinishBoost(const Config& config, const Slots& slots, const Tally& tally, Processes& processes,
                EventHub& hub);

    /// Looks at every running segment.
    void follow_config();

private:
    void look();
    std::optional<int> wanted_niceness(const SlotWork& work) const;
    void give(pid_t pid, int nice);
    void say_refused(int nice, const std::string& reason);

    const Config& config_;
    const Slots& slots_;
    const Tally& tally_;
    Processes& processes_;
    EventHub& hub_;
    std::map<pid_t, int> given_; ///< of running segments that are not as they were started
    bool said_ = false;
    EventHub::Listener listener_;
};

} // namespace av1encd
