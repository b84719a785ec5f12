#include "daemon/pipeline/disk_hold.hpp"

#include "tests/pipeline/job_runner_fixture.hpp"

#include <utility>

namespace av1encd::test {
namespace {

using namespace std::chrono_literals;

TEST_F(JobRunnerTest, WaitsUnderADiskHoldUntilTheOutputTakesTheRendition) {
    config.encode.crf = {24};
    share.publish_outcomes = {PublishOutcome::no_space, PublishOutcome::no_space};
    run_job();
    EXPECT_TRUE(pauser.holds().has(HoldReason::disk));
    pass(2s);
    EXPECT_TRUE(pauser.holds().has(HoldReason::disk));
    pass(2s);
    EXPECT_FALSE(pauser.holds().has(HoldReason::disk));
    EXPECT_EQ(record().job.state, JobState::done);
    EXPECT_EQ(runs[Command::segment], 1);
}

TEST_F(JobRunnerTest, CountsAFullDiskAsNoAttempt) {
    config.encode.crf = {24};
    config.retries = 0;
    bool full = true;
    on_answer = [&](Command kind, ProcessOutcome& outcome) {
        if (kind != Command::segment || !std::exchange(full, false))
            return;
        outcome.exit_status = 1;
        outcome.stderr_lines = {"av_interleaved_write_frame(): No space left on device"};
    };
    run_job();
    EXPECT_TRUE(pauser.holds().has(HoldReason::disk));
    pass(2s);
    EXPECT_EQ(record().job.state, JobState::done);
    EXPECT_EQ(record().attempts.size(), 0U);
}

TEST_F(JobRunnerTest, OfADiskThatIsFullForADayThoughTheFiguresDenyItFewLinesAreLeft) {
    config.encode.crf = {24};
    on_answer = [&](Command kind, ProcessOutcome& outcome) {
        if (kind != Command::segment)
            return;
        outcome.exit_status = 1;
        outcome.stderr_lines = {"av_interleaved_write_frame(): Disk quota exceeded",
                                "av_interleaved_write_frame(): No space left on device"};
    };
    run_job();
    for (int second = 0; second < 24 * 3600; ++second)
        pass(1s);
    EXPECT_GT(runs[Command::segment], 1000);
    EXPECT_LT(events.words().size(), 300U);
}

TEST_F(JobRunnerTest, WaitsLongerEachTimeFfmpegCannotBeStartedAndFailsNothing) {
    config.encode.crf = {24};
    config.retries = 0;
    on_answer = [&](Command kind, ProcessOutcome& outcome) {
        if (kind == Command::segment && runs[Command::segment] <= 2)
            outcome.start_error = "cannot start ffmpeg: No such file or directory";
    };
    run_job();
    ASSERT_TRUE(pauser.holds().has(HoldReason::disk));
    EXPECT_EQ(pauser.holds().all().front().text,
              "cannot start ffmpeg: No such file or directory; it is tried again by itself");
    pass(2s);
    EXPECT_EQ(runs[Command::segment], 2);
    pass(2s);
    EXPECT_EQ(runs[Command::segment], 2);
    pass(2s);
    EXPECT_EQ(record().job.state, JobState::done);
    EXPECT_EQ(record().attempts.size(), 0U);
}

TEST_F(JobRunnerTest, WaitsUnderADiskHoldUntilABadOutputCanBeSetAside) {
    config.encode.crf = {24};
    share.files[Place::output]["av1_crf24/a.mp4"] = {10, 1};
    share.refused_moves = 1;
    rendition_frames = "";
    on_answer = [this](Command kind, ProcessOutcome&) {
        if (kind == Command::check_decode)
            rendition_frames = three_frames;
    };
    run_job();
    EXPECT_TRUE(pauser.holds().has(HoldReason::disk));
    pass(2s);
    EXPECT_FALSE(pauser.holds().has(HoldReason::disk));
    EXPECT_EQ(record().job.state, JobState::done);
    EXPECT_EQ(runs[Command::segment], 1);
}

TEST_F(JobRunnerTest, GoesOnByItselfOnceTheLedgerHasRoomAgain) {
    config.encode.crf = {24};
    on_answer = [this](Command kind, ProcessOutcome&) {
        if (kind == Command::packets && runs[kind] == 1)
            ledger.full_else = 1;
    };
    run_job();
    EXPECT_TRUE(pauser.holds().has(HoldReason::disk));
    pass(2s);
    EXPECT_EQ(record().job.state, JobState::done);
    EXPECT_EQ(record().attempts.size(), 0U);
}

} // namespace
} // namespace av1encd::test
