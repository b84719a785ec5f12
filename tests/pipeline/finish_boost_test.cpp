#include "daemon/pipeline/finish_boost.hpp"

#include "tests/pipeline/pipeline_fixture.hpp"

#include <gmock/gmock.h>

namespace av1encd::test {
namespace {

using Words = std::vector<std::string>;
using testing::Contains;
using testing::Field;

/// Two segments in slots: of CRF 24 with pid 24, of CRF 60 with pid 60.
class FinishBoostTest : public PipelineTest {
protected:
    FinishBoostTest() {
        tally.add_job(1, JobId{1}, 1000, 2, {});
        begin_segment(24, 24);
        begin_segment(60, 60);
    }
    ~FinishBoostTest() override { end(); }

    void begin_segment(int crf, pid_t pid) {
        start([](FinishBoostTest& test, int its_crf, pid_t its_pid) -> Awaitable<void> {
            SlotWork work;
            work.job = JobId{1};
            work.crf = its_crf;
            work.pid = its_pid;
            const WaitingSegment of_no_urgency;
            auto lease = co_await test.slots.take([=] { return of_no_urgency; });
            lease.begin(work);
            Notifier for_ever(test.executor);
            co_await for_ever.wait();
        }(*this, crf, pid));
        settle();
    }
    void progress(int crf, double fraction) {
        tally.set_segment(JobId{1}, crf, 0, fraction);
        Event event;
        event.kind = EventKind::progress;
        hub.publish(event);
    }

    EventHub hub;
    EventHub::Listener listener{hub, [this](const Event& event) { events.publish(event); }};
    FinishBoost boost{config, slots, tally, processes, hub};
};

TEST_F(FinishBoostTest, RaisesTheSegmentsOfARenditionThatIsNearlyDoneOnce) {
    progress(24, 0.849);
    EXPECT_EQ(processes.priorities, Words{});
    progress(24, 0.85);
    progress(24, 0.9);
    EXPECT_EQ(processes.priorities, Words{"24: 0 batch"});
}

TEST_F(FinishBoostTest, RaisesASegmentThatBeginsLater) {
    progress(60, 0.9);
    slots.resize(3);
    begin_segment(60, 61);
    progress(60, 0.91);
    EXPECT_EQ(processes.priorities, (Words{"60: 0 batch", "61: 0 batch"}));
}

TEST_F(FinishBoostTest, TakesAThreadOutOfTheIdleClassWhereNicenessMeansNothing) {
    config.priority.cpu = CpuPolicy::idle;
    progress(24, 0.9);
    EXPECT_EQ(processes.priorities, Words{"24: 0 batch"});
}

TEST_F(FinishBoostTest, IsNeverGivenWhereItIsOff) {
    config.finish_boost.at_percent.reset();
    progress(24, 1);
    EXPECT_EQ(processes.priorities, Words{});
}

TEST_F(FinishBoostTest, FollowsAReload) {
    progress(24, 0.9);
    config.finish_boost.nice = 5;
    boost.follow_config();
    config.finish_boost.at_percent.reset();
    config.priority.cpu = CpuPolicy::idle;
    boost.follow_config();
    EXPECT_EQ(processes.priorities, (Words{"24: 0 batch", "24: 5 batch", "24: 19 idle"}));
}

TEST_F(FinishBoostTest, IsTakenBackWhereWorkWasLost) {
    progress(24, 0.9);
    progress(24, 0.2);
    EXPECT_EQ(processes.priorities, (Words{"24: 0 batch", "24: 19 batch"}));
}

TEST_F(FinishBoostTest, SaysOnceThatTheSystemRefusesIt) {
    processes.refusal = "Permission denied";
    progress(24, 0.9);
    progress(60, 0.9);
    EXPECT_EQ(processes.priorities.size(), 2U);
    EXPECT_EQ(events.words(), Words{"note"});
    EXPECT_THAT(events.all,
                Contains(Field(&Event::message,
                               "finish_boost: the system does not allow niceness 0: Permission "
                               "denied; it goes on without (LimitNICE= of the service can allow "
                               "it)")));
}

} // namespace
} // namespace av1encd::test
