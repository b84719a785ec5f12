#include "ctl/job_views.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace av1encd {
namespace {

class JobViews : public ::testing::Test {
protected:
    JobViews() {
        ::setenv("TZ", "UTC0", 1);
        ::tzset();
        screen.charset = Charset::utf8;
    }
    Screen screen;
};

const std::vector<JobStatus> jobs = {
    {"a.mp4",
     "encoding",
     "chunk01",
     100'000'000,
     "",
     {{24, "done", 1, 1, 40'000'000, 1}, {60, "encoding", 0.412, 1, 0, 1}}},
    {"sub/caf\\xe9.mp4", "failed", "chunk01", 5'000, "no video stream", {}},
};

TEST_F(JobViews, ListsJobsWithTheirRenditions) {
    EXPECT_EQ(job_table(jobs, screen, Legend::shown),
              "SOURCE           STATE     CHUNK     SIZE  RENDITIONS       ERROR\n"
              "a.mp4            encoding  chunk01  100MB  24 done, 60 41%  -\n"
              "sub/caf\\xe9.mp4  failed    chunk01  5.0kB  -                no video stream\n"
              "\n"
              "2 jobs: 1 encoding, 1 failed\n");
}

TEST_F(JobViews, ListsJobsWithoutHeaderAndFooter) {
    EXPECT_EQ(job_table({jobs[0]}, screen, Legend::hidden),
              "a.mp4  encoding  chunk01  100MB  24 done, 60 41%  -\n");
}

TEST_F(JobViews, SaysThatThereAreNoJobs) {
    EXPECT_EQ(job_table({}, screen, Legend::shown), "There are no jobs.\n");
    EXPECT_EQ(job_table({}, screen, Legend::hidden), "");
}

TEST_F(JobViews, ShowsAJobWithAllThatHappenedToIt) {
    JobDetailStatus detail;
    detail.job = jobs[0];
    detail.job.error = "CRF 60 failed three times";
    detail.sha256 = "ab12";
    detail.output_name = "a.mp4";
    detail.claimed_at = "2026-01-01T12:00:00Z";
    detail.notes = {"left out: data stream 2", "subtitles: mov_text"};
    detail.current_tasks = {"check of CRF 24"};
    detail.attempts = {
        {"probe", std::nullopt, 1, "exit status 1", {"moov\tatom"}, "2026-01-01T12:00:01Z"},
        {"segment", 60, 2, "killed by signal 6 (Aborted)", {"one", "two"}, "2026-01-01T12:10:00Z"}};
    EXPECT_EQ(job_view(detail, screen),
              "Source   a.mp4\n"
              "State    encoding\n"
              "Error    CRF 60 failed three times\n"
              "Chunk    chunk01\n"
              "Size     100MB (100000000 bytes)\n"
              "SHA-256  ab12\n"
              "Output   a.mp4\n"
              "Claimed  2026-01-01 12:00:00\n"
              "Ended    -\n"
              "Note     left out: data stream 2\n"
              "Note     subtitles: mov_text\n"
              "Running  check of CRF 24\n"
              "\n"
              "CRF  STATE     PROGRESS  SEGMENTS  SIZE  OF SOURCE  ATTEMPTS\n"
              " 24  done          100%         1  40MB        40%         1\n"
              " 60  encoding       41%         1     -          -         1\n"
              "\n"
              "2026-01-01 12:00:01 probe, attempt 1: exit status 1\n"
              "    moov\\x09atom\n"
              "\n"
              "2026-01-01 12:10:00 segment of CRF 60, attempt 2: killed by signal 6 (Aborted)\n"
              "    one\n"
              "    two\n");
}

TEST_F(JobViews, ShowsADashForWhatAJobDoesNotHaveYet) {
    JobDetailStatus detail;
    detail.job = {"a.mp4", "claimed", "chunk01", 7, "", {}};
    detail.claimed_at = "2026-01-01T12:00:00Z";
    EXPECT_EQ(job_view(detail, screen), "Source   a.mp4\n"
                                        "State    claimed\n"
                                        "Chunk    chunk01\n"
                                        "Size     7B (7 bytes)\n"
                                        "SHA-256  -\n"
                                        "Output   -\n"
                                        "Claimed  2026-01-01 12:00:00\n"
                                        "Ended    -\n");
}

const std::vector<HistoryStatus> history = {
    {"2026-01-01T12:00:00Z", "a.mp4", 24, 100'000'000, 40'000'000, 0.4, 75, 1.25, "crf24/a.mp4"},
    {"2026-01-01T12:30:00Z", "a.mp4", 60, 100'000'000, 5'000'000, 0.05, 60, 0, "crf60/a.mp4"}};

TEST_F(JobViews, ListsFinishedRenditionsWithTheirTotals) {
    EXPECT_EQ(
        history_table(history, screen, Legend::shown),
        "FINISHED             SOURCE  CRF  SOURCE SIZE   SIZE  OF SOURCE   TIME  SPEED  OUTPUT\n"
        "2026-01-01 12:00:00  a.mp4    24        100MB   40MB        40%  01:15  1.25x  "
        "crf24/a.mp4\n"
        "2026-01-01 12:30:00  a.mp4    60        100MB  5.0MB       5.0%  01:00      -  "
        "crf60/a.mp4\n"
        "\n"
        "2 renditions: 45MB of 200MB (22%), encoded in 02:15\n");
}

TEST_F(JobViews, ListsFinishedRenditionsWithoutHeaderAndFooter) {
    EXPECT_EQ(history_table({history[0]}, screen, Legend::hidden),
              "2026-01-01 12:00:00  a.mp4  24  100MB  40MB  40%  01:15  1.25x  crf24/a.mp4\n");
}

TEST_F(JobViews, SaysThatNothingIsFinished) {
    EXPECT_EQ(history_table({}, screen, Legend::shown), "There are no finished renditions.\n");
    EXPECT_EQ(history_table({}, screen, Legend::hidden), "");
}

EventStatus event(std::string message) {
    EventStatus event;
    event.event = "note";
    event.time = "2026-01-01T12:00:00Z";
    event.message = std::move(message);
    return event;
}

TEST_F(JobViews, WritesAnEventWithItsSource) {
    auto of_source = event("segment 2 of CRF 24 begins");
    of_source.source = "sub/a.mp4";
    EXPECT_EQ(event_line(of_source),
              "2026-01-01 12:00:00  sub/a.mp4: segment 2 of CRF 24 begins\n");
    EXPECT_EQ(event_line(event("resumed")), "2026-01-01 12:00:00  resumed\n");
}

TEST_F(JobViews, DoesNotNameASourceTwice) {
    auto naming = event("sub/a.mp4 is done");
    naming.source = "sub/a.mp4";
    EXPECT_EQ(event_line(naming), "2026-01-01 12:00:00  sub/a.mp4 is done\n");
}

TEST_F(JobViews, WritesProgressOfARendition) {
    auto progress = event("");
    progress.event = "progress";
    progress.source = "sub/a.mp4";
    progress.crf = 24;
    progress.segment = 2;
    progress.fraction = 0.412;
    progress.fps = 20.14;
    EXPECT_EQ(event_line(progress),
              "2026-01-01 12:00:00  sub/a.mp4 [24] segment 2: 41%, 20.1 fps\n");
}

TEST_F(JobViews, NamesAnEventThatSaysNothing) {
    EXPECT_EQ(event_line(event("")), "2026-01-01 12:00:00  note\n");
}

TEST_F(JobViews, KeepsAnEventOnOneLine) {
    EXPECT_EQ(event_line(event("a\nb\x1b[0m")), "2026-01-01 12:00:00  a\\x0ab\\x1b[0m\n");
}

} // namespace
} // namespace av1encd
