#include "daemon/pipeline/event_hub.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace av1encd {
namespace {

Event event_that_says(const char* message) {
    Event event;
    event.message = message;
    return event;
}

TEST(EventHub, PassesEventsOnUntilTheListenerEnds) {
    EventHub hub;
    int first = 0;
    int second = 0;
    EventHub::Listener stays(hub, [&](const Event&) { ++first; });
    auto goes = std::make_unique<EventHub::Listener>(hub, [&](const Event&) { ++second; });
    hub.publish({});
    goes.reset();
    hub.publish({});
    EXPECT_EQ(first, 2);
    EXPECT_EQ(second, 1);
}

TEST(EventHub, LetsAListenerEndItselfWhileItHears) {
    EventHub hub;
    int heard = 0;
    std::unique_ptr<EventHub::Listener> listener;
    listener = std::make_unique<EventHub::Listener>(hub, [&](const Event&) {
        ++heard;
        listener.reset();
    });
    hub.publish({});
    hub.publish({});
    EXPECT_EQ(heard, 1);
}

TEST(EventHub, LetsAListenerSpeakWhileItHears) {
    EventHub hub;
    std::vector<std::string> heard;
    EventHub::Listener listener(hub, [&](const Event& event) {
        heard.push_back(event.message);
        if (event.message == "question")
            hub.publish(event_that_says("answer"));
    });
    hub.publish(event_that_says("question"));
    EXPECT_EQ(heard, (std::vector<std::string>{"question", "answer"}));
}

} // namespace
} // namespace av1encd
