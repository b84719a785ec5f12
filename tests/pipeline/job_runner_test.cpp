#include "daemon/pipeline/jobs.hpp"

#include "tests/pipeline/pipeline_fixture.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

namespace av1encd::test {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

constexpr const char* silent_json = R"({
  "streams": [{"index": 0, "codec_type": "video", "codec_name": "h264", "width": 96, "height": 64,
               "pix_fmt": "yuv420p", "time_base": "1/10", "start_pts": 0, "nb_frames": "3",
               "avg_frame_rate": "10/1", "disposition": {"attached_pic": 0}}],
  "chapters": [],
  "format": {"format_name": "mov,mp4,m4a,3gp,3g2,mj2", "duration": "0.3"}})";

constexpr const char* sounding_json = R"({
  "streams": [{"index": 0, "codec_type": "video", "codec_name": "h264", "width": 96, "height": 64,
               "pix_fmt": "yuv420p", "time_base": "1/10", "start_pts": 0, "nb_frames": "3",
               "avg_frame_rate": "10/1", "disposition": {"attached_pic": 0}},
              {"index": 1, "codec_type": "audio", "codec_name": "aac", "channels": 2,
               "channel_layout": "stereo", "sample_rate": "48000", "time_base": "1/48000",
               "disposition": {"attached_pic": 0}}],
  "chapters": [],
  "format": {"format_name": "mov,mp4,m4a,3gp,3g2,mj2", "duration": "0.3"}})";

/// Of the source with sound.
constexpr const char* sounding_rendition_json = R"({
  "streams": [{"index": 0, "codec_type": "video", "codec_name": "av1", "width": 96, "height": 64,
               "pix_fmt": "yuv420p", "time_base": "1/10", "start_pts": 0, "nb_frames": "3",
               "avg_frame_rate": "10/1", "disposition": {"attached_pic": 0}},
              {"index": 1, "codec_type": "audio", "codec_name": "opus", "channels": 2,
               "channel_layout": "stereo", "sample_rate": "48000", "time_base": "1/48000",
               "disposition": {"attached_pic": 0}}],
  "chapters": [],
  "format": {"format_name": "mov,mp4,m4a,3gp,3g2,mj2", "duration": "0.3"}})";

/// A rendition of the source with that hash; of none where it is empty.
std::string rendition_json(const std::string& hash) {
    return fmt::format(R"({{
  "streams": [{{"index": 0, "codec_type": "video", "codec_name": "av1", "width": 96, "height": 64,
               "pix_fmt": "yuv420p", "time_base": "1/10", "start_pts": 0, "nb_frames": "3",
               "avg_frame_rate": "10/1", "disposition": {{"attached_pic": 0}}}}],
  "chapters": [],
  "format": {{"format_name": "mov,mp4,m4a,3gp,3g2,mj2", "duration": "0.3",
             "tags": {{"keywords": "{}"}}}}}})",
                       hash.empty() ? hash : "av1encd-source:" + hash);
}

constexpr const char* three_packets = "0,0,K_\n1,1,__\n2,2,__\n";
constexpr const char* three_frames = "#tb 0: 1/10\n0, 0, 0, 1, 6, 0x0\n0, 1, 1, 1, 6, 0x0\n"
                                     "0, 2, 2, 1, 6, 0x0\n";

constexpr const char* sound = "#tb 1: 1/48000\n1, 0, 0, 14400, 57600, 0x0\n";

enum class Command { probe, packets, source_decode, check_decode, segment, audio, join };

/// One job over fakes: child processes answer as the members say.
class JobRunnerTest : public PipelineTest {
protected:
    JobRunnerTest() {
        config.encode.crf = {24, 60};
        config.retries = 1;
        processes.answer = [this](const ProcessRequest& request) { return answer(request); };
        share.files[Place::in_progress]["a.mp4"] = {1000, 5};
    }
    ~JobRunnerTest() override {
        end();
        stop();
    }

    static bool has(const ProcessRequest& request, const std::string& word) {
        return std::ranges::any_of(request.command.arguments, [&](const std::string& argument) {
            return argument.find(word) != std::string::npos;
        });
    }
    static Command kind_of(const ProcessRequest& request) {
        if (has(request, "-show_format"))
            return Command::probe;
        if (has(request, "packet=pts"))
            return Command::packets;
        if (has(request, "framecrc"))
            return request.stdout_file ? Command::source_decode : Command::check_decode;
        if (has(request, "libopus"))
            return Command::audio;
        const bool encodes = has(request, "libsvtav1") || has(request, "libaom");
        return encodes ? Command::segment : Command::join;
    }

    ProcessOutcome answer(const ProcessRequest& request) {
        const auto kind = kind_of(request);
        ++runs[kind];
        switch (kind) {
        case Command::probe:
            request.on_stdout(has(request, "/source")    ? source_json
                              : has(request, "existing") ? rendition_json(existing_hash)
                                                         : made_json);
            break;
        case Command::packets: request.on_stdout(three_packets); break;
        case Command::source_decode: work_dir.files[*request.stdout_file] = source_frames; break;
        case Command::check_decode: request.on_stdout(rendition_frames); break;
        case Command::segment:
        case Command::audio:
        case Command::join: break;
        }
        ProcessOutcome outcome;
        outcome.exit_status = 0;
        outcome.running_time = kind == Command::segment ? 2000ms : 0ms;
        if (on_answer)
            on_answer(kind, outcome);
        return outcome;
    }

    void run_job() {
        Job job;
        job.source = job.claimed_path = "a.mp4";
        job.chunk = 1;
        job.file = {1000, 5};
        start(begin(job));
        settle();
    }
    Awaitable<void> begin(Job job) {
        JobDetails details;
        details.job = job;
        details.job.id = co_await ledger.add_job(job);
        jobs.start(std::move(details));
    }
    void run_job_stopped_before_its_end() {
        processes.held = true;
        run_job();
        stop();
        processes.release();
    }
    /// As after a restart.
    void run_again(JobDetails recorded) {
        jobs.start(std::move(recorded));
        settle();
    }
    void stop() {
        CoroutineScope stopping(executor);
        stopping.start(jobs.stop());
        settle();
    }
    void cancel() {
        start([](Jobs& all, std::optional<std::string>& answer, bool& over) -> Awaitable<void> {
            std::string source = "a.mp4";
            answer = co_await all.cancel(std::move(source));
            over = true;
        }(jobs, why_not_cancelled, cancelled));
        settle();
    }
    const JobDetails& record() const { return ledger.all.at(JobId{1}); }
    Words published() {
        Words paths;
        for (const auto& [path, file] : share.files[Place::output])
            paths.push_back(path);
        return paths;
    }

    std::map<Command, int> runs;
    std::string source_json = silent_json;
    std::string existing_hash = hash_of_every_file;
    std::string made_json = rendition_json(hash_of_every_file);
    std::string source_frames = three_frames;
    std::string rendition_frames = three_frames;
    std::function<void(Command, ProcessOutcome&)> on_answer;
    std::optional<std::string> why_not_cancelled;
    bool cancelled = false;
    Jobs jobs{context, [](std::exception_ptr failure) { std::rethrow_exception(failure); }};
};

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

TEST_F(JobRunnerTest, DecodesTheSourceOnceForTheWholeLadder) {
    run_job();
    EXPECT_EQ(runs[Command::source_decode], 1);
    EXPECT_EQ(runs[Command::segment], 2);
    EXPECT_EQ(runs[Command::check_decode], 2);
}

TEST_F(JobRunnerTest, EncodesTheAudioOnceForTheWholeLadder) {
    source_json = sounding_json;
    made_json = sounding_rendition_json;
    source_frames += sound;
    rendition_frames += sound;
    run_job();
    EXPECT_EQ(record().job.state, JobState::done) << record().job.error;
    EXPECT_EQ(runs[Command::audio], 1);
    EXPECT_EQ(runs[Command::join], 2);
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
    run_again(record());
    pass(2s);
    EXPECT_EQ(runs[Command::segment], 1);
    EXPECT_EQ(record().job.state, JobState::done);
}

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

TEST_F(JobRunnerTest, LeavesOnlyTheRetirementToARestartAfterTheLastPublication) {
    source_json = sounding_json;
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

TEST_F(JobRunnerTest, CountsAFailedSourceNoMoreOnceItIsSentThroughAgain) {
    source_frames = "";
    run_job();
    EXPECT_EQ(jobs.ended().failed, 1U);
    EXPECT_TRUE(jobs.forget_failed(JobId{1}));
    EXPECT_FALSE(jobs.forget_failed(JobId{1}));
    EXPECT_EQ(jobs.ended().failed, 0U);
}

TEST_F(JobRunnerTest, SaysThatTheOtherRenditionsOfAFailedSourceFailedToo) {
    source_frames = "#tb 0: 1/10\n0, 0, 0, 1, 6, 0x0\n";
    run_job();
    ASSERT_EQ(record().renditions.size(), 2U);
    for (const auto& rendition : record().renditions)
        EXPECT_EQ(rendition.state, RenditionState::failed) << rendition.crf;
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

TEST_F(JobRunnerTest, FailsARenditionThatTheOutputCanNeverHold) {
    share.publish_outcomes = {PublishOutcome::impossible};
    run_job();
    EXPECT_TRUE(pauser.holds().all().empty());
    EXPECT_EQ(record().job.state, JobState::failed);
    EXPECT_EQ(published(), Words{"av1_crf60/a.mp4"});
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

TEST_F(JobRunnerTest, SaysWhereAnErrorTextFindsItsNameTaken) {
    source_frames = "";
    share.publish_outcomes = {PublishOutcome::exists};
    run_job();
    EXPECT_EQ(record().job.state, JobState::failed);
    EXPECT_THAT(events.words(), testing::Contains("note a.mp4"));
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
