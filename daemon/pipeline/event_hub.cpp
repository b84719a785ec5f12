#include "daemon/pipeline/event_hub.hpp"

#include <utility>

namespace av1encd {

EventHub::Listener::Listener(EventHub& hub, Hear hear)
    : hub_(hub),
      where_(hub.listeners_.insert(hub.listeners_.end(), std::move(hear))) {}

EventHub::Listener::~Listener() {
    // While the hub walks its list the place stays, silenced; publish() removes it afterwards.
    if (hub_.publishing_)
        *where_ = nullptr;
    else
        hub_.listeners_.erase(where_);
}

void EventHub::publish(const Event& event) {
    const bool nested = std::exchange(publishing_, true);
    for (auto& hear : listeners_) {
        if (!hear)
            continue;
        const Hear keep_alive = hear;
        keep_alive(event);
    }
    publishing_ = nested;
    if (!nested)
        listeners_.remove_if([](const Hear& hear) { return !hear; });
}

} // namespace av1encd
