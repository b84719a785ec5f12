// The bus comes and goes; the daemon stays.

#include "daemon/control/dbus_loop.hpp"

#include "tests/control/bus_fixture.hpp"

#include <gmock/gmock.h>

namespace av1encd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

EventStatus done_event(std::string source) {
    EventStatus event;
    event.event = "source-done";
    event.source = std::move(source);
    return event;
}

class DbusLoopTest : public BusFixture {
protected:
    std::vector<std::string> said() { return service->events.said(); }
};

TEST_F(DbusLoopTest, IsBackWithItsObjectsAfterTheBusDied) {
    serve();
    service->now([](FakeSteering& steering) {
        steering.status_now.state = "running";
        steering.jobs.emplace_back();
        steering.jobs.back().source = "a.mp4";
    });
    ASSERT_TRUE(eventually([&] { return BusClient().objects().size() == 1; }));
    for (std::size_t times = 0; times < 2; ++times) {
        bus.kill();
        ASSERT_TRUE(eventually([&] { return said().size() == 1 + 2 * times; }));
        service->publish(done_event("a.mp4"));
        bus.start();
        ASSERT_TRUE(eventually([&] { return is_served(); }));
        BusClient client;
        EXPECT_EQ(client.property<std::string>("State"), "running");
        EXPECT_EQ(client.objects().size(), 1U);
        EXPECT_EQ(client.call("Resume"), "");
    }
    EXPECT_THAT(said(),
                ElementsAre(StartsWith("no system bus: "), "serves org.av1encd on the system bus",
                            StartsWith("no system bus: "), "serves org.av1encd on the system bus"));
}

TEST_F(DbusLoopTest, KeepsQuietWithoutABusAndServesOnceThereIsOne) {
    service = std::make_unique<TestBusService>();
    service->publish(done_event("a.mp4"));
    service->in_loop([] {});
    EXPECT_THAT(said(), IsEmpty());
    bus.start();
    EXPECT_TRUE(eventually([&] { return is_served(); }));
}

TEST_F(DbusLoopTest, EndsWithoutABus) {
    service = std::make_unique<TestBusService>();
    service.reset();
}

TEST_F(DbusLoopTest, SaysOnceThatAnotherProgramHasTheNameAndTakesItAfterThatOne) {
    bus.start();
    auto other = std::make_unique<BusClient>();
    dbus::request_name(other->connection(), "org.av1encd");
    service = std::make_unique<TestBusService>();
    ASSERT_TRUE(eventually([&] { return !said().empty(); }));
    // As long as two more tries take.
    ::poll(nullptr, 0, 2000);
    EXPECT_THAT(said(), ElementsAre("not on the system bus: another program has the name "
                                    "org.av1encd; it is asked for again"));
    other.reset();
    EXPECT_TRUE(eventually([&] { return is_served(); }));
    EXPECT_TRUE(eventually([&] { return said().size() == 2; }));
}

TEST_F(DbusLoopTest, GivesTheNameBackAtTheEnd) {
    serve();
    service.reset();
    EXPECT_FALSE(is_served());
}

TEST_F(DbusLoopTest, IsNotHeldUpByABusThatDoesNotAnswer) {
    bus.start();
    bus.hang();
    service = std::make_unique<TestBusService>();
    for (int times = 0; times < 100; ++times)
        service->in_loop([] {});
    service.reset();
    bus.go_on();
}

TEST_F(DbusLoopTest, EndsThoughTheBusTakesNothing) {
    serve();
    bus.hang();
    const std::string long_name(4096, 'x');
    for (int times = 0; times < 200; ++times)
        service->publish(done_event(long_name));
    service.reset();
    bus.go_on();
}

TEST_F(DbusLoopTest, HasTheServiceBackWhereABusThatHungGoesOn) {
    bus.start();
    bus.hang();
    service = std::make_unique<TestBusService>();
    service->in_loop([] {});
    bus.go_on();
    EXPECT_TRUE(eventually([&] { return is_served(); }));
}

} // namespace
} // namespace av1encd
