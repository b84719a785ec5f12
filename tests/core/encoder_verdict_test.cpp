#include "daemon/core/encoder_verdict.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

using Lines = std::vector<std::string>;

constexpr std::uint64_t plenty = 50ULL << 30;
constexpr SegmentTweaks no_lag{true};

ProcessOutcome exited(int status, Lines lines = {}) {
    ProcessOutcome outcome;
    outcome.exit_status = status;
    outcome.stderr_lines = std::move(lines);
    return outcome;
}

ProcessOutcome killed_by(int signal, Lines lines = {}) {
    ProcessOutcome outcome;
    outcome.signal = signal;
    outcome.stderr_lines = std::move(lines);
    return outcome;
}

TaskVerdict judge(TaskKind task, const ProcessOutcome& outcome) {
    return judge_task(task, outcome, plenty, {});
}

TaskVerdict again(std::string cause, SegmentTweaks tweaks = {}) {
    return TryAgain{std::move(cause), tweaks};
}

TEST(EncoderVerdict, IsDoneWithExitStatusZero) {
    for (const auto task : {TaskKind::probe, TaskKind::decode, TaskKind::audio, TaskKind::segment,
                            TaskKind::join, TaskKind::check}) {
        EXPECT_EQ(judge(task, exited(0)), TaskVerdict(TaskDone{}));
    }
}

TEST(EncoderVerdict, IsDoneWithComplaintsOfASegmentAsTheyAreNoVerdict) {
    EXPECT_EQ(judge(TaskKind::segment, exited(0, {"[h264 @ 0x5] mmco: unref short failure"})),
              TaskVerdict(TaskDone{}));
}

TEST(EncoderVerdict, FindsTheDiskFullByItsName) {
    EXPECT_EQ(judge(TaskKind::segment, exited(1, {"Error writing trailer of file:/w/0.part: No "
                                                  "space left on device"})),
              TaskVerdict(DiskFull{"Error writing trailer of the file: No space left on device"}));
    EXPECT_EQ(judge(TaskKind::join, exited(0, {"av_interleaved_write_frame(): No space left on "
                                               "device"})),
              TaskVerdict(DiskFull{"av_interleaved_write_frame(): No space left on device"}));
    EXPECT_EQ(judge(TaskKind::audio, exited(1, {"av_interleaved_write_frame(): Disk quota "
                                                "exceeded"})),
              TaskVerdict(DiskFull{"av_interleaved_write_frame(): Disk quota exceeded"}));
}

TEST(EncoderVerdict, TakesAFailedWriteOnAnAllButFullDiskForAFullDisk) {
    const auto outcome = exited(1, {"av_interleaved_write_frame(): Invalid argument"});
    EXPECT_EQ(judge_task(TaskKind::segment, outcome, 4096, {}),
              TaskVerdict(DiskFull{"av_interleaved_write_frame(): Invalid argument"}));
    EXPECT_EQ(judge_task(TaskKind::segment, outcome, plenty, {}),
              again("exit status 1: av_interleaved_write_frame(): Invalid argument"));
}

TEST(EncoderVerdict, DoesNotBlameAFullDiskForOtherErrors) {
    EXPECT_EQ(judge_task(TaskKind::segment, exited(1, {"Svt[error]: something else"}), 0, {}),
              again("exit status 1: Svt[error]: something else"));
    EXPECT_EQ(judge_task(TaskKind::segment, exited(0), 0, {}), TaskVerdict(TaskDone{}));
}

TEST(EncoderVerdict, FindsTheDiskFullWhereTheEncoderHungOverIt) {
    auto outcome = killed_by(9, {"Could not write header for output file #0: No space left on "
                                 "device"});
    outcome.stall = "it complained and then slept for 20s";
    EXPECT_EQ(judge(TaskKind::segment, outcome),
              TaskVerdict(DiskFull{"Could not write header for output file #0: No space left on "
                                   "device"}));
}

TEST(EncoderVerdict, TellsAStallFromAFailure) {
    auto outcome = killed_by(9, {"[libdav1d @ 0x5] tile data missing"});
    outcome.stall = "it made no progress for 2m";
    EXPECT_EQ(judge(TaskKind::segment, outcome),
              TaskVerdict(Stalled{"it made no progress for 2m and was killed: [libdav1d] tile data "
                                  "missing"}));
}

TEST(EncoderVerdict, CountsTheStallOfATaskThatOnlyReads) {
    auto outcome = killed_by(9);
    outcome.stall = "it complained and then slept for 20s";
    EXPECT_EQ(judge(TaskKind::check, outcome),
              again("it complained and then slept for 20s and was killed"));
}

TEST(EncoderVerdict, IsNoneOnAChildThatWasCleanedUp) {
    auto outcome = killed_by(9, {"av_interleaved_write_frame(): No space left on device"});
    outcome.cleaned_up = true;
    EXPECT_EQ(judge(TaskKind::segment, outcome), TaskVerdict(CleanedUp{}));
    ProcessOutcome not_started;
    not_started.cleaned_up = true;
    EXPECT_EQ(judge(TaskKind::check, not_started), TaskVerdict(CleanedUp{}));
}

TEST(EncoderVerdict, KeepsWhatWasDoneInTheMomentOfTheCleanUp) {
    auto outcome = exited(0);
    outcome.cleaned_up = true;
    EXPECT_EQ(judge(TaskKind::segment, outcome), TaskVerdict(TaskDone{}));
}

TEST(EncoderVerdict, TriesAgainAfterAFailedWriteThatExitedWithZero) {
    EXPECT_EQ(judge(TaskKind::segment, exited(0, {"Error writing trailer of file:/w/0.part: "
                                                  "Input/output error"})),
              again("writing failed: Error writing trailer of the file: Input/output error"));
}

TEST(EncoderVerdict, BlamesTheMachineWhereNothingCouldBeStarted) {
    ProcessOutcome outcome;
    outcome.start_error = "cannot start ffmpeg: No such file or directory";
    EXPECT_EQ(judge(TaskKind::segment, outcome),
              TaskVerdict(NotRunnable{"cannot start ffmpeg: No such file or directory"}));
    EXPECT_EQ(judge(TaskKind::probe, exited(127, {"ffprobe: error while loading shared libraries: "
                                                  "libx.so.3"})),
              TaskVerdict(NotRunnable{"exit status 127: ffprobe: error while loading shared "
                                      "libraries: libx.so.3"}));
}

TEST(EncoderVerdict, TriesAgainAfterACrash) {
    EXPECT_EQ(judge(TaskKind::segment, killed_by(11)),
              again("killed by signal 11 (Segmentation fault)"));
    EXPECT_EQ(judge(TaskKind::decode, killed_by(6, {"double free or corruption"})),
              again("killed by signal 6 (Aborted): double free or corruption"));
}

TEST(EncoderVerdict, TriesAgainAfterAKillFromOutside) {
    EXPECT_EQ(judge(TaskKind::segment, killed_by(9)),
              again("killed by signal 9 (Killed); this machine may be out of memory"));
}

TEST(EncoderVerdict, TriesAgainWithoutLagAfterTheAssertionOfLibaom) {
    const std::string assertion = "ffmpeg: ./av1/encoder/pass2_strategy.c:3370: av1_get_second_"
                                  "pass_params: Assertion `stats_in > twopass->stats_buf_ctx->"
                                  "stats_in_start' failed.";
    const auto cause = "killed by signal 6 (Aborted): " + assertion;
    EXPECT_EQ(judge(TaskKind::segment, killed_by(6, {assertion})), again(cause, no_lag));
    EXPECT_EQ(judge_task(TaskKind::segment, killed_by(6, {assertion}), plenty, no_lag),
              again(cause, no_lag));
}

TEST(EncoderVerdict, KeepsTheTweaksOfAnAttemptThatFailsForAnotherReason) {
    EXPECT_EQ(judge_task(TaskKind::segment, killed_by(11), plenty, no_lag),
              again("killed by signal 11 (Segmentation fault)", no_lag));
    EXPECT_EQ(judge_task(TaskKind::segment, exited(1, {"odd"}), plenty, no_lag),
              again("exit status 1: odd", no_lag));
}

TEST(EncoderVerdict, GivesUpWhereTheEncoderRefusesItsOptions) {
    EXPECT_EQ(
        judge(TaskKind::segment,
              exited(1, {"[libsvtav1 @ 0x55] Value 99.000000 for parameter 'preset' out of "
                         "range [-1 - 13]",
                         "[libsvtav1 @ 0x55] Error setting option preset to value 99.",
                         "Error initializing output stream 0:0 -- Error while opening encoder "
                         "for output stream #0:0 - maybe incorrect parameters such as "
                         "bit_rate, rate, width or height"})),
        TaskVerdict(GiveUp{"[libsvtav1] Value 99.000000 for parameter 'preset' out of range "
                           "[-1 - 13]"}));
    EXPECT_EQ(judge(TaskKind::segment,
                    exited(1, {"Unrecognized option 'bogus'.",
                               "Error splitting the argument list: Option not found"})),
              TaskVerdict(GiveUp{"Unrecognized option 'bogus'."}));
}

TEST(EncoderVerdict, GivesUpWhereTheContainerRefusesAStream) {
    EXPECT_EQ(judge(TaskKind::join,
                    exited(1, {"[mp4 @ 0x56] Could not find tag for codec pcm_alaw in stream #1, "
                               "codec not currently supported in container",
                               "Could not write header for output file #0 (incorrect codec "
                               "parameters ?): Invalid argument"})),
              TaskVerdict(GiveUp{"[mp4] Could not find tag for codec pcm_alaw in stream #1, codec "
                                 "not currently supported in container"}));
}

TEST(EncoderVerdict, TriesAgainWhereMemoryRanOutEvenWhileOpeningTheEncoder) {
    EXPECT_EQ(judge(TaskKind::segment,
                    exited(1, {"Error while filtering: Cannot allocate memory",
                               "Error initializing output stream 0:0 -- Error while opening "
                               "encoder"})),
              again("out of memory: exit status 1: Error while filtering: Cannot allocate memory"));
}

TEST(EncoderVerdict, SaysHowMuchMemoryAProcessMayTakeAndWhatAllowsMore) {
    auto exit = exited(1, {"Error while filtering: Cannot allocate memory"});
    exit.memory_limit_bytes = 2'500'000'000;
    EXPECT_EQ(judge(TaskKind::decode, exit),
              again("out of memory: exit status 1: Error while filtering: Cannot allocate memory; "
                    "one such process may take 2.5GB: fewer encode.threads need less, "
                    "AV1ENCD_FFMPEG_MEMORY allows more"));
    auto crash = exit;
    crash.exit_status.reset();
    crash.signal = 6;
    crash.stderr_lines = {"memory allocation of 4096 bytes failed"};
    EXPECT_EQ(judge(TaskKind::segment, crash),
              again("out of memory: killed by signal 6 (Aborted): memory allocation of 4096 bytes "
                    "failed; one such process may take 2.5GB: fewer encode.threads need less, "
                    "AV1ENCD_FFMPEG_MEMORY allows more"));
}

ProcessOutcome with_memory(ProcessOutcome outcome, std::uint64_t taken) {
    outcome.memory_limit_bytes = 2'000'000'000;
    outcome.data_bytes = taken;
    return outcome;
}

constexpr std::uint64_t near_the_limit = 1'800'000'000;
const std::string limit_and_advice = "; one such process may take 2.0GB: fewer encode.threads need "
                                     "less, AV1ENCD_FFMPEG_MEMORY allows more";

TEST(EncoderVerdict, FailsAStallForLackOfMemoryAsItWouldComeAgainForEver) {
    auto stalled = with_memory(killed_by(9), near_the_limit);
    stalled.stall = "it slept and said nothing for 2m";
    EXPECT_EQ(
        judge(TaskKind::segment, stalled),
        again("out of memory: it slept and said nothing for 2m and was killed" + limit_and_advice));
    stalled.data_bytes = near_the_limit - 1;
    EXPECT_EQ(judge(TaskKind::segment, stalled),
              TaskVerdict(Stalled{"it slept and said nothing for 2m and was killed"}));
    stalled.stderr_lines = {"Svt[error]: Failed to create thread: Cannot allocate memory"};
    EXPECT_EQ(judge(TaskKind::segment, stalled),
              again("out of memory: it slept and said nothing for 2m and was killed: Svt[error]: "
                    "Failed to create thread: Cannot allocate memory" +
                    limit_and_advice));
}

TEST(EncoderVerdict, TellsMemoryFromDamageWhereTheProcessSaysNothingOfIt) {
    EXPECT_EQ(judge(TaskKind::segment, with_memory(killed_by(11), near_the_limit)),
              again("out of memory: killed by signal 11 (Segmentation fault)" + limit_and_advice));
    // A wrapper's shell.
    EXPECT_EQ(judge(TaskKind::segment, with_memory(exited(139), near_the_limit)),
              again("out of memory: exit status 139" + limit_and_advice));
    EXPECT_EQ(judge(TaskKind::decode, with_memory(exited(1), near_the_limit)),
              again("out of memory: exit status 1" + limit_and_advice));
    EXPECT_EQ(judge(TaskKind::decode, with_memory(exited(1), near_the_limit - 1)),
              TaskVerdict(GiveUp{"does not decode: exit status 1"}));
    EXPECT_EQ(judge(TaskKind::segment, with_memory(exited(0), near_the_limit)),
              TaskVerdict(TaskDone{}));
    auto resident = with_memory(exited(1), 0);
    resident.peak_memory_bytes = near_the_limit;
    EXPECT_EQ(judge(TaskKind::decode, resident),
              again("out of memory: exit status 1" + limit_and_advice));
}

TEST(EncoderVerdict, TakesAThreadThatCannotBeStartedForLackOfMemory) {
    const std::string line = "Error while opening decoder for input stream #0:0 : Resource "
                             "temporarily unavailable";
    EXPECT_EQ(judge(TaskKind::decode, with_memory(exited(1, {line}), 0)),
              again("out of memory or threads: exit status 1: " + line + limit_and_advice));
    EXPECT_EQ(judge(TaskKind::segment, with_memory(exited(1, {line}), near_the_limit)),
              again("out of memory: exit status 1: " + line + limit_and_advice));
    for (const auto* other :
         {"[libaom-av1 @ 0x55]   Additional information: Tile encoder thread creation failed",
          "[rawvideo @ 0x55] ff_frame_thread_encoder_init failed"})
        EXPECT_TRUE(std::holds_alternative<TryAgain>(judge(TaskKind::decode, exited(1, {other}))));
}

TEST(EncoderVerdict, TriesAgainAfterADecodeErrorInASegmentAsItsSourceWasJudgedSound) {
    EXPECT_EQ(judge(TaskKind::segment,
                    exited(1, {"[h264 @ 0x55] error while decoding MB 3 2, bytestream -5",
                               "Error while decoding stream #0:0: Invalid data found"})),
              again("exit status 1: [h264] error while decoding MB 3 2, bytestream -5"));
}

TEST(EncoderVerdict, GivesUpOnAFileThatDoesNotDecode) {
    const auto outcome = exited(1, {"[dav1d @ 0x5] Error parsing OBU data"});
    const TaskVerdict expected =
        GiveUp{"does not decode: exit status 1: [dav1d] Error parsing OBU data"};
    EXPECT_EQ(judge(TaskKind::decode, outcome), expected);
    EXPECT_EQ(judge(TaskKind::check, outcome), expected);
}

TEST(EncoderVerdict, GivesUpOnWhatIsNoVideo) {
    EXPECT_EQ(judge(TaskKind::probe,
                    exited(1, {"[mov,mp4,m4a,3gp,3g2,mj2 @ 0x56] moov atom not found",
                               "file:/w/jobs/1/source: Invalid data found when processing input"})),
              TaskVerdict(GiveUp{"is not a video that av1encd reads: "
                                 "[mov,mp4,m4a,3gp,3g2,mj2] moov atom not found"}));
    EXPECT_EQ(judge(TaskKind::probe, exited(1, {"file:/w/jobs/1/source: Invalid data found when "
                                                "processing input"})),
              TaskVerdict(GiveUp{"is not a video that av1encd reads: Invalid data found when "
                                 "processing input"}));
}

TEST(EncoderVerdict, NamesTheFormatThatTheExtensionsDoNot) {
    const auto refused = [](const std::string& demuxer) {
        return judge(TaskKind::probe,
                     exited(1, {"[" + demuxer + " @ 0x55] Format not on whitelist 'mov'",
                                "file:/w/jobs/1/source: Invalid argument"}));
    };
    EXPECT_EQ(refused("matroska,webm"),
              TaskVerdict(GiveUp{"is Matroska, which share.extensions does not name"}));
    EXPECT_EQ(refused("hls"),
              TaskVerdict(GiveUp{"is a playlist (HLS), which share.extensions does not name"}));
    EXPECT_EQ(refused("mpegts"), TaskVerdict(GiveUp{"is an MPEG transport stream, which "
                                                    "share.extensions does not name"}));
    EXPECT_EQ(refused("vividas"),
              TaskVerdict(GiveUp{"is vividas, which share.extensions does not name"}));
}

} // namespace
} // namespace av1encd
