#include "daemon/pipeline/job_runner.hpp"

#include "tests/pipeline/job_runner_fixture.hpp"
#include "tests/support/ivf.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace av1encd::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* audio_frames = "#tb 1: 1/48000\n1, 0, 0, 14400, 57600, 0x0\n";

/// What ffprobe says of so many pictures with a keyframe every 200.
std::string packets_of(int pictures) {
    std::string text;
    for (int picture = 0; picture < pictures; ++picture)
        text += fmt::format("{0},{0},{1}_\n", picture, picture % 200 == 0 ? 'K' : '_');
    return text;
}

/// What a decoder says of them.
std::string frames_of(int pictures) {
    std::string text = "#tb 0: 1/10\n";
    for (int picture = 0; picture < pictures; ++picture)
        text += fmt::format("0, {0}, {0}, 1, 6, 0x0\n", picture);
    return text;
}

TEST_F(JobRunnerTest, PublishesEveryRenditionAndRetiresTheSource) {
    run_job();
    EXPECT_EQ(published(), (Words{"av1_crf24/a.mp4", "av1_crf60/a.mp4"}));
    EXPECT_TRUE(share.files[Place::done].contains("a.mp4"));
    EXPECT_TRUE(share.files[Place::in_progress].empty());
    EXPECT_EQ(record().job.state, JobState::done);
    EXPECT_EQ(record().job.sha256, hash_of_every_file);
    EXPECT_EQ(ledger.finished.size(), 2U);
    EXPECT_EQ(work_dir.files.size(), 0U);
    EXPECT_EQ(jobs.ended().done, 1U);
}

TEST_F(JobRunnerTest, ReadsTheSourceAfterItsProbeWithTheDemuxerOfTheProbeAlone) {
    config.share.extensions = {"mkv", "mp4", "ts"};
    source_json = probe_json("h264", "aac");
    made_json = probe_json("av1", "opus");
    source_frames += audio_frames;
    rendition_frames += audio_frames;
    run_job();
    std::map<std::string, int> demuxers;
    for (const auto& command : processes.commands) {
        std::string allowed;
        for (auto word = command.begin(); word != command.end(); ++word) {
            if (*word == "-format_whitelist")
                allowed = *(word + 1);
            if (word->ends_with("/jobs/1/source"))
                ++demuxers[allowed];
        }
    }
    EXPECT_EQ(demuxers.at("mov,matroska,mpegts"), 1);
    EXPECT_GE(demuxers.at("mov"), 5) << "packets, decode, segment, audio, join";
    EXPECT_EQ(demuxers.size(), 2U);
}

TEST_F(JobRunnerTest, LetsEachProcessReadItsJobAndWriteItsOutputAndNoMoreThanSoMuchMemory) {
    source_json = probe_json("h264", "aac");
    made_json = probe_json("av1", "opus");
    source_frames += audio_frames;
    rendition_frames += audio_frames;
    run_job();
    ASSERT_FALSE(processes.reaches.empty());
    int writing = 0;
    for (const auto& reach : processes.reaches) {
        EXPECT_EQ(reach.readable, std::vector<std::filesystem::path>{"/work_dir/jobs/1"});
        ASSERT_LE(reach.writable.size(), 1U);
        for (const auto& file : reach.writable) {
            EXPECT_EQ(file.extension(), ".part");
            ++writing;
        }
    }
    EXPECT_GE(writing, 3) << "segment, audio, join";
    for (const auto& limit : processes.memory_limits)
        EXPECT_GT(limit.value_or(0), 1ULL << 30);
}

TEST_F(JobRunnerTest, DecodesTheSourceOnceForTheWholeLadder) {
    run_job();
    EXPECT_EQ(runs[Command::source_decode], 1);
    EXPECT_EQ(runs[Command::segment], 2);
    EXPECT_EQ(runs[Command::check_decode], 2);
}

TEST_F(JobRunnerTest, EncodesTheAudioOnceForTheWholeLadder) {
    source_json = probe_json("h264", "aac");
    made_json = probe_json("av1", "opus");
    source_frames += audio_frames;
    rendition_frames += audio_frames;
    run_job();
    EXPECT_EQ(record().job.state, JobState::done) << record().job.error;
    EXPECT_EQ(runs[Command::audio], 1);
    EXPECT_EQ(runs[Command::join], 2);
}

TEST_F(JobRunnerTest, HasLibaomLookAtTheKeyframesOnceForTheWholeLadder) {
    source_packets = packets_of(400);
    config.encode.encoder = Encoder::libaom_av1;
    run_job();
    EXPECT_EQ(runs[Command::keyframes], 1);
    EXPECT_GT(runs[Command::segment], 0);
}

TEST_F(JobRunnerTest, WaitsNoLongerForTheLookAtTheKeyframesOnceAllIsEncoded) {
    source_packets = packets_of(400);
    source_frames = rendition_frames = frames_of(400);
    config.encode.encoder = Encoder::libaom_av1;
    int looks = 0;
    processes.never_ends = [&](const ProcessRequest& request) {
        if (std::ranges::count(request.command.arguments, "allintra") == 0)
            return false;
        if (++looks == 1)
            request.on_stdout(ivf_header() + ivf_keyframe(0, false) + ivf_keyframe(700, false));
        return true;
    };
    run_job();
    EXPECT_GT(looks, 0);
    EXPECT_EQ(published().size(), 2U);
    EXPECT_TRUE(share.files[Place::done].contains("a.mp4"));
}

TEST_F(JobRunnerTest, TriesLibaomsAssertionAgainWithoutLag) {
    config.encode.crf = {24};
    config.encode.encoder = Encoder::libaom_av1;
    on_answer = [this](Command kind, ProcessOutcome& outcome) {
        if (kind != Command::segment || runs[kind] > 1)
            return;
        outcome.exit_status.reset();
        outcome.signal = 6;
        outcome.stderr_lines = {"av1/encoder/pass2_strategy.c: Assertion `stats_in > "
                                "twopass_frame->stats_in_start' failed."};
    };
    run_job();
    EXPECT_EQ(record().job.state, JobState::done);
    const auto without_lag = [](const std::vector<std::string>& arguments) {
        return std::ranges::find(arguments, "-lag-in-frames") != arguments.end();
    };
    EXPECT_EQ(std::ranges::count_if(processes.commands, without_lag), 1);
}

TEST_F(JobRunnerTest, PublishesWhatADamagedSourceDecodesToWhereItIsToBeKept) {
    config.encode.crf = {24};
    config.encode.damaged = OnDamaged::keep;
    source_frames = rendition_frames = "#tb 0: 1/10\n0, 0, 0, 1, 6, 0x0\n";
    run_job();
    EXPECT_EQ(record().job.state, JobState::done);
    EXPECT_THAT(record().job.notes,
                testing::ElementsAre(testing::HasSubstr("damaged: 1 pictures")));
    EXPECT_THAT(events.words(), testing::Contains("left-out a.mp4"));
}

TEST_F(JobRunnerTest, FailsADamagedSourceAndSaysWhyBesideIt) {
    source_frames = "#tb 0: 1/10\n0, 0, 0, 1, 6, 0x0\n";
    run_job();
    EXPECT_EQ(record().job.state, JobState::failed);
    EXPECT_TRUE(share.files[Place::failed].contains("a.mp4"));
    EXPECT_TRUE(share.files[Place::failed].contains("a.mp4.error.txt"));
    EXPECT_EQ(published(), Words{});
}

TEST_F(JobRunnerTest, TriesAFailedEncodeAgainUpToTheConfiguredNumber) {
    on_answer = [](Command kind, ProcessOutcome& outcome) {
        if (kind != Command::segment)
            return;
        outcome.exit_status.reset();
        outcome.signal = 11;
    };
    run_job();
    EXPECT_EQ(runs[Command::segment], 4); // two CRFs, two attempts each
    EXPECT_EQ(record().job.state, JobState::failed);
    EXPECT_EQ(record().attempts.size(), 4U);
}

TEST_F(JobRunnerTest, EncodesAnewWhereTheCheckRejectsARendition) {
    rendition_frames = "#tb 0: 1/10\n0, 0, 0, 1, 6, 0x0\n";
    on_answer = [this](Command kind, ProcessOutcome&) {
        if (kind == Command::check_decode)
            rendition_frames = three_frames;
    };
    config.encode.crf = {24};
    run_job();
    EXPECT_EQ(runs[Command::segment], 2);
    EXPECT_EQ(record().job.state, JobState::done);
}

TEST_F(JobRunnerTest, DropsAClaimThatIsLost) {
    on_answer = [this](Command kind, ProcessOutcome&) {
        if (kind == Command::join)
            share.files[Place::in_progress].clear();
    };
    run_job();
    EXPECT_TRUE(ledger.all.empty());
    EXPECT_EQ(jobs.active(), 0U);
    EXPECT_THAT(events.words(), testing::Contains("claim-lost a.mp4"));
}

TEST_F(JobRunnerTest, StartsOverWhereTheSourceChangedAfterItsClaim) {
    config.encode.crf = {24};
    on_answer = [this](Command kind, ProcessOutcome&) {
        if (kind == Command::source_decode && runs[kind] == 1)
            share.files[Place::in_progress]["a.mp4"] = {1000, 6};
    };
    source_frames = "";
    on_answer = [this, first = on_answer](Command kind, ProcessOutcome& outcome) {
        first(kind, outcome);
        if (kind == Command::source_decode)
            source_frames = three_frames;
    };
    run_job();
    EXPECT_EQ(record().job.state, JobState::done);
    EXPECT_EQ(record().job.file, (FileState{1000, 6}));
    EXPECT_EQ(runs[Command::source_decode], 2);
}

/// That of the last event of this kind.
Severity severity_of(const RecordedEvents& events, EventKind kind) {
    const auto last = std::ranges::find(events.all.rbegin(), events.all.rend(), kind, &Event::kind);
    return last == events.all.rend() ? Severity::debug : last->severity;
}

TEST_F(JobRunnerTest, SaysADoneSourceAsAMilestone) {
    config.encode.crf = {24};
    run_job();
    EXPECT_EQ(severity_of(events, EventKind::source_done), Severity::notice);
    const auto done = std::ranges::find(events.all, EventKind::source_done, &Event::kind);
    EXPECT_THAT(done->message, testing::StartsWith("done: CRF 24 "));
}

TEST_F(JobRunnerTest, SaysTheFailedSourceAsAnErrorAndWhatLedThereAsWarnings) {
    config.encode.crf = {24};
    config.retries = 0;
    on_answer = [](Command kind, ProcessOutcome& outcome) {
        if (kind == Command::segment)
            outcome.exit_status = 1;
    };
    run_job();
    EXPECT_EQ(severity_of(events, EventKind::attempt_failed), Severity::warning);
    EXPECT_EQ(severity_of(events, EventKind::rendition_failed), Severity::warning);
    EXPECT_EQ(severity_of(events, EventKind::source_failed), Severity::error);
    EXPECT_EQ(std::ranges::count(events.all, Severity::error, &Event::severity), 1);
    const auto failed = std::ranges::find(events.all, EventKind::attempt_failed, &Event::kind);
    EXPECT_EQ(failed->crf, 24);
    EXPECT_EQ(failed->segment, 1);
    EXPECT_EQ(failed->chunk, record().job.chunk);
}

TEST_F(JobRunnerTest, GivesASourceThatIsWrittenForHoursMoreAndMoreTimeToSettle) {
    config.encode.crf = {24};
    std::uint64_t size = 1000;
    on_answer = [this, &size](Command kind, ProcessOutcome&) {
        if (kind == Command::source_decode)
            share.files[Place::in_progress]["a.mp4"] = {++size, 6};
    };
    run_job();
    for (int second = 0; second < 6 * 3600; ++second)
        pass(1s);
    const auto words = events.words();
    EXPECT_GT(std::ranges::count(words, "note a.mp4"), 40);
    EXPECT_LT(std::ranges::count(words, "note a.mp4"), 60);
    EXPECT_LT(words.size(), 150U);
    on_answer = nullptr;
    pass(10min);
    EXPECT_TRUE(record().job.ended_at);
}

TEST_F(JobRunnerTest, GoesOnFromKeptSegmentsAfterARestart) {
    config.encode.crf = {24};
    bool stop_here = true;
    on_answer = [&](Command kind, ProcessOutcome&) {
        if (kind == Command::join && std::exchange(stop_here, false))
            processes.held = true;
    };
    share.publish_outcomes = {PublishOutcome::no_space};
    run_job();
    stop();
    processes.release();
    // What holds for new jobs by now does not hold for this one.
    config.limits = {1, 1};
    config.encode.preset = 3;
    run_again(record());
    pass(2s);
    EXPECT_EQ(runs[Command::segment], 1);
    EXPECT_EQ(record().job.state, JobState::done);
}

TEST_F(JobRunnerTest, LeavesOnlyTheRetirementToARestartAfterTheLastPublication) {
    source_json = probe_json("h264", "aac");
    run_job_stopped_before_its_end();
    for (const int crf : config.encode.crf) {
        Rendition done;
        done.job = JobId{1};
        done.crf = crf;
        done.state = RenditionState::done;
        done.encode_seconds = 1;
        ledger.all.at(JobId{1}).renditions.push_back(done);
    }
    run_again(record());
    EXPECT_EQ(record().job.state, JobState::done);
    EXPECT_EQ(runs[Command::segment], 0);
}

TEST_F(JobRunnerTest, SaysThatTheOtherRenditionsOfAFailedSourceFailedToo) {
    source_frames = "#tb 0: 1/10\n0, 0, 0, 1, 6, 0x0\n";
    run_job();
    ASSERT_EQ(record().renditions.size(), 2U);
    for (const auto& rendition : record().renditions)
        EXPECT_EQ(rendition.state, RenditionState::failed) << rendition.crf;
}

TEST_F(JobRunnerTest, FailsARenditionThatTheOutputCanNeverHold) {
    share.publish_outcomes = {PublishOutcome::impossible};
    run_job();
    EXPECT_TRUE(pauser.holds().all().empty());
    EXPECT_EQ(record().job.state, JobState::failed);
    EXPECT_EQ(published(), Words{"av1_crf60/a.mp4"});
}

TEST_F(JobRunnerTest, SaysWhereAnErrorTextFindsItsNameTaken) {
    source_frames = "";
    share.publish_outcomes = {PublishOutcome::exists};
    run_job();
    EXPECT_EQ(record().job.state, JobState::failed);
    EXPECT_THAT(events.words(), testing::Contains("note a.mp4"));
}

} // namespace
} // namespace av1encd::test
