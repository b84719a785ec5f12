#pragma once
// Passes what the pipeline says on to everyone who listens: the logs, and each `tail`.

#include "daemon/pipeline/ports/events.hpp"

#include <functional>
#include <list>
#include <memory>

namespace av1encd {

class EventHub final : public Events {
public:
    using Hear = std::function<void(const Event&)>;

    /// Listens until it is destroyed; the hub outlives it.
    class Listener {
    public:
        Listener(EventHub& hub, Hear hear);
        ~Listener();
        Listener(const Listener&) = delete;
        Listener& operator=(const Listener&) = delete;

    private:
        EventHub& hub_;
        std::list<Hear>::iterator where_;
    };

    /// A listener may end any listener, itself included, while it hears.
    void publish(const Event& event) override;

private:
    std::list<Hear> listeners_;
    bool publishing_ = false;
};

} // namespace av1encd
