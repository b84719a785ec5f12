#include "daemon/pipeline/places.hpp"

#include "tests/pipeline/pipeline_fixture.hpp"

#include <boost/asio/post.hpp>

namespace av1encd::test {
namespace {

class PlacesTest : public PipelineTest {
protected:
    Places places{executor, 1, [this] { return open; }};
    bool open = true;
    std::vector<std::string> order;
    std::vector<Places::Lease> leases;

    Awaitable<void> take(std::string name, WaitingSegment urgency) {
        auto lease = co_await places.take(urgency);
        order.push_back(name);
        leases.push_back(std::move(lease));
    }
};

TEST_F(PlacesTest, ServesTheOldestChunkFirst) {
    start(take("first", {1, 0, 0}));
    settle();
    start(take("next chunk", {2, 0, 0}));
    start(take("same chunk", {1, 0, 0}));
    settle();
    leases.clear();
    settle();
    EXPECT_EQ(order, (std::vector<std::string>{"first", "same chunk"}));
    leases.clear();
    settle();
    EXPECT_EQ(order, (std::vector<std::string>{"first", "same chunk", "next chunk"}));
    leases.clear();
    EXPECT_EQ(places.used(), 0);
}

TEST_F(PlacesTest, GivesNothingOutWhileItMayNot) {
    open = false;
    start(take("waits", {1, 0, 0}));
    settle();
    EXPECT_TRUE(order.empty());
    EXPECT_TRUE(places.anyone_waits());
    open = true;
    places.hand_out();
    settle();
    EXPECT_EQ(order, std::vector<std::string>{"waits"});
    leases.clear();
}

TEST_F(PlacesTest, TakesAPlaceBackFromOneWhoWasCancelledInBetween) {
    start(take("first", {1, 0, 0}));
    settle();
    CoroutineScope other(executor);
    other.start(take("cancelled", {1, 0, 0}));
    settle();
    boost::asio::post(executor, [&] {
        leases.clear(); // the place is given to the one who waits
        other.cancel(); // … who never comes to know
    });
    settle();
    EXPECT_EQ(order, std::vector<std::string>{"first"});
    EXPECT_EQ(places.used(), 0);
    EXPECT_TRUE(other.empty());
}

TEST_F(PlacesTest, GivesOutMoreOrFewerOnceItsNumberChanges) {
    start(take("a", {1, 0, 0}));
    start(take("b", {1, 0, 0}));
    start(take("c", {1, 0, 0}));
    settle();
    EXPECT_EQ(order.size(), 1U);
    places.resize(2);
    settle();
    EXPECT_EQ(order.size(), 2U);
    places.resize(1);
    leases.pop_back();
    settle();
    EXPECT_EQ(order.size(), 2U);
    leases.clear();
    settle();
    EXPECT_EQ(order.size(), 3U);
    leases.clear();
}

} // namespace
} // namespace av1encd::test
