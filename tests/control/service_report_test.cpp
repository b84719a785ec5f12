#include "daemon/control/service_report.hpp"

#include "tests/control/fake_steering.hpp"
#include "tests/pipeline/pipeline_fixture.hpp"

#include <gmock/gmock.h>

namespace av1encd::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Writes down what it is told.
class RecordedManager final : public ServiceManager {
public:
    bool is_there = true;
    bool takes_ready = true;
    std::optional<std::chrono::microseconds> interval;
    std::vector<std::string> told;

    bool listens() const override { return is_there; }
    std::optional<std::chrono::microseconds> watchdog() const override { return interval; }
    bool ready() override {
        told.emplace_back(takes_ready ? "ready" : "ready?");
        return takes_ready;
    }
    void describe(std::string_view text) override { told.emplace_back(text); }
    void alive() override { told.emplace_back("alive"); }
    void stopping() override { told.emplace_back("stop"); }
    void extend(std::chrono::microseconds time) override {
        told.push_back(fmt::format("+{}s", time / 1s));
    }
};

class ServiceReportTest : public PipelineTest {
protected:
    ServiceReportTest() { steering.status_now.state = "starting"; }
    ~ServiceReportTest() override {
        CoroutineScope ending(executor);
        ending.start(report.stop());
        settle();
    }
    void begin() {
        report.begin();
        settle();
    }
    void serve() {
        steering.status_now.state = "idle";
        report.look();
        settle();
    }
    void begin_stop() {
        steering.status_now.state = "stopping";
        Event event;
        event.kind = EventKind::stopping;
        hub.publish(event);
        settle();
    }
    /// What was told since the last call.
    std::vector<std::string> told() { return std::exchange(manager.told, {}); }

    EventHub hub;
    Notifier changed{executor};
    RecordedManager manager;
    FakeSteering steering;
    ServiceReport report{executor, manager, steering, hub, changed, clock};
};

TEST_F(ServiceReportTest, IsReadyOnceItCanServeAndNotBefore) {
    begin();
    EXPECT_THAT(told(), ElementsAre("+30s", "starting"));
    report.look();
    settle();
    EXPECT_THAT(told(), IsEmpty());
    serve();
    EXPECT_THAT(told(), ElementsAre("ready", "idle"));
    report.look();
    settle();
    EXPECT_THAT(told(), IsEmpty());
}

TEST_F(ServiceReportTest, ExtendsAStartThatLastsLong) {
    begin();
    told();
    for (int round = 0; round < 3; ++round) {
        pass(10s);
        EXPECT_THAT(told(), ElementsAre("+30s"));
    }
    serve();
    EXPECT_THAT(told(), ElementsAre("ready", "idle"));
    pass(1min);
    EXPECT_THAT(told(), IsEmpty());
}

TEST_F(ServiceReportTest, IsReadyWhileItWaitsForTheShare) {
    begin();
    told();
    steering.status_now.holds = {{"operator", "", "", std::nullopt}};
    hub.publish({});
    settle();
    EXPECT_THAT(told(), IsEmpty());
    steering.status_now.holds = {{"share", "away", "", std::nullopt}};
    hub.publish({});
    settle();
    EXPECT_THAT(told(), ElementsAre("ready", "starting; held: share, away"));
}

TEST_F(ServiceReportTest, SaysAgainThatItIsReadyWhereThatWasNotTaken) {
    manager.takes_ready = false;
    begin();
    told();
    serve();
    EXPECT_THAT(told(), ElementsAre("ready?", "idle"));
    manager.takes_ready = true;
    pass(10s);
    EXPECT_THAT(told(), ElementsAre("ready"));
}

TEST_F(ServiceReportTest, TellsChangesOnlyAndNotTooOften) {
    begin();
    serve();
    for (int round = 0; round < 2; ++round)
        pass(5s);
    told();
    steering.status_now.jobs.waiting = 1;
    changed.notify_all();
    settle();
    EXPECT_THAT(told(), ElementsAre("idle, 1 waiting"));
    for (const auto count : {2U, 3U}) {
        steering.status_now.jobs.waiting = count;
        hub.publish({});
        settle();
    }
    EXPECT_THAT(told(), IsEmpty());
    pass(5s);
    EXPECT_THAT(told(), ElementsAre("idle, 3 waiting"));
    pass(5s);
    hub.publish({});
    pass(5s);
    EXPECT_THAT(told(), IsEmpty());
}

TEST_F(ServiceReportTest, ShowsThatTheLoopTurnsTwiceAsOftenAsAsked) {
    manager.interval = 30s;
    begin();
    serve();
    EXPECT_THAT(told(), ::testing::Contains("alive"));
    pass(14s);
    EXPECT_THAT(told(), ::testing::Not(::testing::Contains("alive")));
    pass(1s);
    EXPECT_THAT(told(), ElementsAre("alive"));
    pass(15s);
    EXPECT_THAT(told(), ElementsAre("alive"));
}

TEST_F(ServiceReportTest, TellsOfTheStopAtOnceAndExtendsItButNotForEver) {
    begin();
    serve();
    told();
    begin_stop();
    EXPECT_THAT(told(), ElementsAre("stop", "stopping", "+30s"));
    int extensions = 0;
    for (int round = 0; round < 60; ++round) {
        pass(10s);
        extensions += static_cast<int>(told().size());
    }
    EXPECT_EQ(extensions, 29);
}

TEST_F(ServiceReportTest, IsNotReadyAnyMoreWhereItStopsBeforeItServed) {
    begin();
    told();
    begin_stop();
    pass(10s);
    EXPECT_THAT(told(), ElementsAre("stop", "stopping", "+30s", "+30s"));
}

TEST_F(ServiceReportTest, SaysNothingWhereNobodyListens) {
    manager.is_there = false;
    begin();
    serve();
    begin_stop();
    pass(1min);
    EXPECT_THAT(told(), IsEmpty());
}

} // namespace
} // namespace av1encd::test
