#pragma once
// The events that were published, and their words.

#include "daemon/pipeline/ports/events.hpp"

#include <functional>
#include <string>
#include <vector>

namespace av1encd::test {

class RecordedEvents final : public Events {
public:
    std::vector<Event> all;
    std::function<void(const Event&)> on_publish;
    void publish(const Event& event) override {
        all.push_back(event);
        if (on_publish)
            on_publish(event);
    }
    /// "claimed a.mp4", of everything but progress and what only debugging shows.
    std::vector<std::string> words() const;
};

} // namespace av1encd::test
