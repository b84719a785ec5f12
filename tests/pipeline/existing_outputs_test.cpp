#include "daemon/pipeline/existing_outputs.hpp"

#include "tests/pipeline/job_runner_fixture.hpp"

#include <gmock/gmock.h>

#include <string>

namespace av1encd::test {
namespace {

TEST_F(JobRunnerTest, SkipsASourceWhoseRenditionsAreThereAndPassTheCheck) {
    share.files[Place::output]["av1_crf24/a.mp4"] = {10, 1};
    share.files[Place::output]["av1_crf60/a.mp4"] = {10, 1};
    run_job();
    EXPECT_EQ(record().job.state, JobState::skipped);
    EXPECT_EQ(runs[Command::segment], 0);
    EXPECT_EQ(runs[Command::check_decode], 2);
    EXPECT_TRUE(share.files[Place::done].contains("a.mp4"));
    EXPECT_EQ(ledger.finished.size(), 0U);
}

TEST_F(JobRunnerTest, LetsTheCheckAloneDecideOnAnOutputWithoutAHash) {
    existing_hash = "";
    config.encode.crf = {24};
    share.files[Place::output]["av1_crf24/a.mp4"] = {10, 1};
    run_job();
    EXPECT_EQ(record().job.state, JobState::skipped);
}

TEST_F(JobRunnerTest, SetsAsideAnOutputThatFailsTheCheck) {
    config.encode.crf = {24};
    share.files[Place::output]["av1_crf24/a.mp4"] = {10, 1};
    rendition_frames = "";
    on_answer = [this](Command kind, ProcessOutcome&) {
        if (kind == Command::check_decode)
            rendition_frames = three_frames;
    };
    run_job();
    EXPECT_THAT(share.calls, testing::Contains("set aside av1_crf24/a.mp4"));
    EXPECT_EQ(record().job.state, JobState::done);
    EXPECT_EQ(runs[Command::segment], 1);
}

TEST_F(JobRunnerTest, TakesAnotherNameBesideAnotherSourcesRendition) {
    existing_hash = std::string(64, 'b');
    share.files[Place::output]["av1_crf60/a.mp4"] = {10, 1};
    run_job();
    EXPECT_EQ(published(),
              (Words{"av1_crf24/a (2).mp4", "av1_crf60/a (2).mp4", "av1_crf60/a.mp4"}));
    EXPECT_EQ(record().job.output_name, "a (2).mp4");
}

TEST_F(JobRunnerTest, CountsAnotherMachinesRenditionThatWasFasterAndClaimsNoneForItsHistory) {
    config.encode.crf = {24};
    on_answer = [this](Command kind, ProcessOutcome&) {
        if (kind == Command::join)
            share.files[Place::output]["av1_crf24/a.mp4"] = {10, 1};
    };
    share.publish_outcomes = {PublishOutcome::exists};
    run_job();
    EXPECT_EQ(record().job.state, JobState::done);
    EXPECT_EQ(record().renditions.at(0).state, RenditionState::done);
    EXPECT_TRUE(ledger.finished.empty());
}

} // namespace
} // namespace av1encd::test
