#include "daemon/core/job_report.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

using namespace std::chrono_literals;

Job job_of(std::string error = "") {
    Job job;
    job.source = "sub/a\xff.mp4";
    job.file.bytes = 2'000'000;
    job.sha256 = "ab12";
    job.error = std::move(error);
    return job;
}

Rendition rendition(int crf, RenditionState state, std::uint64_t bytes, double seconds) {
    Rendition made;
    made.crf = crf;
    made.state = state;
    made.output_bytes = bytes;
    made.encode_seconds = seconds;
    return made;
}

TEST(JobReport, SaysInOneLineWhatBecameOfASource) {
    EXPECT_EQ(done_line(job_of(),
                        {rendition(24, RenditionState::done, 800'000, 3),
                         rendition(60, RenditionState::done, 100'000, 2)},
                        83s),
              "done: CRF 24 800kB (40% of 2.0MB), CRF 60 100kB (5.0%), in 01:23");
}

TEST(JobReport, SaysWhichRenditionsOfADoneSourceWereAlreadyThere) {
    EXPECT_EQ(done_line(job_of(),
                        {rendition(24, RenditionState::done, 2'400'000, 0),
                         rendition(60, RenditionState::done, 100'000, 2)},
                        -1h), // the clock was set back
              "done: CRF 24 2.4MB (120% of 2.0MB, already there), CRF 60 100kB (5.0%), in 00:00");
}

TEST(JobReport, TellsWhatWasTriedBesideAFailedSource) {
    auto failed = rendition(60, RenditionState::failed, 0, 0);
    failed.error = "encode of CRF 60: killed by signal 9 (Killed)";
    Attempt attempt;
    attempt.crf = 60;
    attempt.number = 3;
    attempt.cause = "killed by signal 9 (Killed)";
    attempt.last_lines = {"first line", "last \x1b[31mline"};
    EXPECT_EQ(error_text(job_of("encode of CRF 60: killed by signal 9 (Killed)"), "m1",
                         {rendition(24, RenditionState::done, 800'000, 3), failed}, {attempt}),
              R"(encode of CRF 60: killed by signal 9 (Killed)

source:  sub/a\xff.mp4
machine: m1
size:    2000000 bytes
sha256:  ab12

renditions:
  CRF 24 800kB (40%): published
  CRF 60: encode of CRF 60: killed by signal 9 (Killed)

1970-01-01T00:00:00Z segment, attempt 3 of CRF 60: killed by signal 9 (Killed)
    first line
    last \x1b[31mline

Once the cause is mended, `av1ctl retry SOURCE` sends it through again.
)");
}

TEST(JobReport, CallsAJobSkippedWhereNothingHadToBeMade) {
    const auto found = rendition(24, RenditionState::done, 1, 0);
    const auto made = rendition(60, RenditionState::done, 1, 2.5);
    EXPECT_EQ(end_state(job_of(), {found, found}), JobState::skipped);
    EXPECT_EQ(end_state(job_of(), {found, made}), JobState::done);
    EXPECT_EQ(end_state(job_of("why"), {found, made}), JobState::failed);
}

} // namespace
} // namespace av1encd
