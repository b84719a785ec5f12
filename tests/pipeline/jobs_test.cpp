#include "daemon/pipeline/jobs.hpp"

#include "tests/pipeline/job_runner_fixture.hpp"

#include <vector>

namespace av1encd::test {
namespace {

using namespace std::chrono_literals;

TEST_F(JobRunnerTest, GivesASourceBackWhereItIsCancelled) {
    processes.held = true;
    run_job();
    cancel();
    EXPECT_TRUE(cancelled);
    EXPECT_EQ(why_not_cancelled, std::nullopt);
    EXPECT_TRUE(share.files[Place::to_assign].contains("a.mp4"));
    EXPECT_EQ(ledger.declines, (std::vector<Declined>{{"a.mp4", {1000, 5}, "cancelled"}}));
    EXPECT_TRUE(ledger.all.empty());
    EXPECT_EQ(jobs.active(), 0U);
}

TEST_F(JobRunnerTest, CountsAFailedSourceNoMoreOnceItIsSentThroughAgain) {
    source_frames = "";
    run_job();
    EXPECT_EQ(jobs.ended().failed, 1U);
    EXPECT_TRUE(jobs.forget_failed(JobId{1}));
    EXPECT_FALSE(jobs.forget_failed(JobId{1}));
    EXPECT_EQ(jobs.ended().failed, 0U);
}

TEST_F(JobRunnerTest, GivesASourceBackThatWaitsForRoomOnTheDisk) {
    config.encode.crf = {24};
    on_answer = [this](Command kind, ProcessOutcome&) {
        if (kind != Command::packets)
            return;
        ledger.full_else = 1;
        work_dir.free = 0;
    };
    run_job();
    EXPECT_TRUE(pauser.holds().has(HoldReason::disk));
    cancel();
    EXPECT_TRUE(cancelled);
    EXPECT_TRUE(share.files[Place::to_assign].contains("a.mp4"));
    EXPECT_EQ(jobs.active(), 0U);
}

TEST_F(JobRunnerTest, GivesASourceBackOnceTheLedgerCanRecordIt) {
    processes.held = true;
    run_job();
    ledger.full_else = 1;
    cancel();
    EXPECT_FALSE(cancelled);
    EXPECT_TRUE(pauser.holds().has(HoldReason::disk));
    pass(2s);
    EXPECT_TRUE(cancelled);
    EXPECT_EQ(ledger.declines, (std::vector<Declined>{{"a.mp4", {1000, 5}, "cancelled"}}));
    EXPECT_TRUE(share.files[Place::to_assign].contains("a.mp4"));
}

TEST_F(JobRunnerTest, LeavesASourceAloneUnderTheNameThatItWasGivenBackAs) {
    processes.held = true;
    share.files[Place::to_assign]["a.mp4"] = {7, 7};
    run_job();
    cancel();
    EXPECT_TRUE(share.files[Place::to_assign].contains("a (2).mp4"));
    EXPECT_EQ(ledger.declines, (std::vector<Declined>{{"a (2).mp4", {1000, 5}, "cancelled"}}));
}

TEST_F(JobRunnerTest, WorksOnASourceThatCannotBeGivenBack) {
    processes.held = true;
    run_job();
    share.refused_moves = 1;
    cancel();
    EXPECT_EQ(why_not_cancelled, "Permission denied");
    EXPECT_EQ(ledger.declines, std::vector<Declined>{});
    processes.release();
    settle();
    EXPECT_EQ(record().job.state, JobState::done);
}

TEST_F(JobRunnerTest, DoesNotGiveBackWhatIsBeingRetired) {
    share.refused_moves = 1;
    run_job();
    cancel();
    EXPECT_EQ(why_not_cancelled, "all that is left is to move it to done");
    pass(2s);
    EXPECT_EQ(record().job.state, JobState::done);
}

} // namespace
} // namespace av1encd::test
