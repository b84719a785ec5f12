#include "daemon/control/pipeline_steering.hpp"

#include "tests/pipeline/pipeline_fixture.hpp"

namespace av1encd::test {
namespace {

class PipelineSteeringTest : public PipelineTest {
protected:
    PipelineSteeringTest() { processes.held = true; }
    ~PipelineSteeringTest() override {
        end();
        CoroutineScope stopping(executor);
        stopping.start(jobs.stop());
        settle();
    }

    void open_share() {
        start(gate.keep_open());
        settle();
    }
    /// The reason of its refusal; empty: it was done.
    std::string reason_of(Awaitable<void> call) {
        std::string reason = "no answer";
        start(take_reason(std::move(call), reason));
        settle();
        return reason;
    }
    static Awaitable<void> take_reason(Awaitable<void> call, std::string& reason) {
        try {
            co_await std::move(call);
            reason.clear();
        } catch (const Error& error) {
            reason = error.what();
        }
    }
    void begin(const std::string& source) {
        share.files[Place::in_progress][source] = {1, 1};
        JobDetails details;
        details.job.id = JobId{1};
        details.job.source = details.job.claimed_path = source;
        details.job.chunk = 1;
        details.job.file = {1, 1};
        ledger.all[JobId{1}] = details;
        jobs.start(std::move(details));
        settle();
    }

    EventHub hub;
    ShareGate gate{executor, share, pauser, ledger, clock, "tree"};
    Jobs jobs{context, [](std::exception_ptr failure) { std::rethrow_exception(failure); }};
    Claimer claimer{context, jobs};
    PipelineSteering steering{context, jobs, claimer,
                              gate,    hub,  {[] { return Phase::serving; }, {}, {}, "0"}};
};

TEST_F(PipelineSteeringTest, RetriesWhatAnotherMachineFailedAfterItWasGivenBackHere) {
    open_share();
    ledger.declines = {{"a.mp4", {1, 1}, "cancelled"}};
    share.files[Place::failed]["a.mp4"] = {1, 1};
    EXPECT_EQ(reason_of(steering.retry("a.mp4", {"anna"})), "");
    EXPECT_TRUE(share.files[Place::to_assign].contains("a.mp4"));
    EXPECT_EQ(ledger.declines, std::vector<Declined>{});
}

TEST_F(PipelineSteeringTest, RetriesWhatWasGivenBackAndLeavesAnOlderFailureOfItsNameAlone) {
    open_share();
    ledger.declines = {{"a.mp4", {1, 1}, "cancelled"}};
    share.files[Place::to_assign]["a.mp4"] = {1, 1};
    share.files[Place::failed]["a.mp4"] = {2, 2};
    EXPECT_EQ(reason_of(steering.retry("a.mp4", {"anna"})), "");
    EXPECT_TRUE(share.files[Place::failed].contains("a.mp4"));
    EXPECT_EQ(ledger.declines, std::vector<Declined>{});
}

TEST_F(PipelineSteeringTest, CancelsNothingWhileTheShareIsAwayAndSaysSo) {
    begin("a.mp4");
    EXPECT_EQ(reason_of(steering.cancel("a.mp4", {"anna"})),
              "the share is away; try again once its hold is lifted");
    EXPECT_TRUE(jobs.has("a.mp4"));
}

TEST_F(PipelineSteeringTest, SaysWhyASourceCannotBeGivenBack) {
    open_share();
    begin("a.mp4");
    share.refused_moves = 1;
    EXPECT_EQ(reason_of(steering.cancel("a.mp4", {"anna"})),
              "'a.mp4' cannot be given back: Permission denied");
    EXPECT_TRUE(jobs.has("a.mp4"));
}

TEST_F(PipelineSteeringTest, SaysInTheHoldWhoPausedAndWhy) {
    EXPECT_EQ(reason_of(steering.pause({"a film", {}, false}, {"anna"})), "");
    EXPECT_EQ(pauser.holds().all().at(0).text, "a film (by anna)");
    EXPECT_EQ(reason_of(steering.pause({"", {}, false}, {"anna"})), "");
    EXPECT_EQ(pauser.holds().all().at(0).text, "by anna");
}

} // namespace
} // namespace av1encd::test
