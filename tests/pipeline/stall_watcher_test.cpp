#include "daemon/pipeline/stall_watcher.hpp"

#include "tests/pipeline/pipeline_fixture.hpp"

#include <algorithm>

namespace av1encd::test {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

/// Encoders in slots, without the processes that they would be.
class StallWatcherTest : public PipelineTest {
protected:
    StallWatcherTest() {
        start(watcher.run());
        settle();
    }
    ~StallWatcherTest() override { end(); }

    void begin_encoder(pid_t pid) {
        start([](StallWatcherTest& test, pid_t its_pid) -> Awaitable<void> {
            SlotWork work;
            work.picture_pixels = 320 * 240;
            const WaitingSegment of_no_urgency;
            auto lease = co_await test.slots.take([=] { return of_no_urgency; });
            lease.begin(work);
            Event begins;
            begins.kind = EventKind::segment_started;
            test.hub.publish(begins);
            lease.work().pid = its_pid;
            test.encoders[its_pid] = &lease.work();
            Notifier for_ever(test.executor);
            co_await for_ever.wait();
        }(*this, pid));
        settle();
    }
    /// Of all encoders but those that are at it.
    void let_time_go_by(std::chrono::seconds time, const std::vector<pid_t>& at_work = {}) {
        for (; time > 0s; time -= 10s) {
            for (const auto pid : at_work)
                ++encoders.at(pid)->frames;
            pass(10s);
        }
    }

    EventHub hub;
    std::map<pid_t, SlotWork*> encoders;
    StallWatcher watcher{executor, slots, pauser, processes, clock, hub};
};

TEST_F(StallWatcherTest, EndsAnEncoderThatGetsNowhereAndLeavesTheOtherAlone) {
    begin_encoder(1);
    begin_encoder(2);
    let_time_go_by(110s, {2});
    EXPECT_EQ(processes.stalled, Words{});
    let_time_go_by(10s, {2});
    EXPECT_EQ(processes.stalled, Words{"1: it made no progress for 2m"});
}

TEST_F(StallWatcherTest, CountsNoTimeWhileSuspended) {
    begin_encoder(1);
    let_time_go_by(90s);
    pauser.set(HoldReason::cpu, "busy");
    let_time_go_by(1h);
    pauser.lift(HoldReason::cpu);
    let_time_go_by(20s);
    EXPECT_EQ(processes.stalled, Words{});
    let_time_go_by(40s);
    EXPECT_EQ(processes.stalled.size(), 1U);
}

TEST_F(StallWatcherTest, IsPatientWithOneThatGetsNoCpu) {
    begin_encoder(1);
    for (int looks = 0; looks < 360; ++looks) {
        processes.cpu[1].used += 100ms;
        processes.cpu[1].waited_for += 9900ms;
        let_time_go_by(10s);
    }
    EXPECT_EQ(processes.stalled, Words{});
}

TEST_F(StallWatcherTest, LooksAtNothingWhileNoEncoderRuns) {
    pass(1h);
    begin_encoder(1);
    let_time_go_by(110s);
    EXPECT_EQ(processes.stalled, Words{});
}

} // namespace
} // namespace av1encd::test
