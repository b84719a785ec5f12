#include "common/status.hpp"

#include "common/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace av1encd {
namespace {

Status example() {
    Status status;
    status.version = "0.1.0";
    status.machine = "m1";
    status.state = "running";
    status.holds = {{"operator", "", "2026-01-01T00:00:00Z", std::nullopt}};
    status.slots = {{1, 4242, "sub/a.mp4", 24, 2, 7, 1, 2, 1.5, 1.5, 20.1}, SlotStatus()};
    status.slots.back().slot = 2;
    status.chunks = {{"chunk01", 1, 2, 1.5, false}};
    status.jobs.active = 1;
    return status;
}

TEST(Status, IsWrittenWithTheFieldsThatAreAgreed) {
    EXPECT_EQ(to_json(example()),
              R"({"version":"0.1.0","machine":"m1","state":"running",)"
              R"("holds":[{"reason":"operator","text":"","since":"2026-01-01T00:00:00Z",)"
              R"("until":null}],)"
              R"("slots":[{"slot":1,"pid":4242,"source":"sub/a.mp4","crf":24,"segment":2,)"
              R"("segments":7,"done_bytes":1,"total_bytes":2,"elapsed_s":1.5,"eta_s":1.5,)"
              R"("fps":20.1},)"
              R"({"slot":2,"pid":null,"source":null,"crf":null,"segment":null,)"
              R"("segments":null,"done_bytes":0,"total_bytes":0,"elapsed_s":0.0,"eta_s":null,)"
              R"("fps":0.0}],)"
              R"("chunks":[{"chunk":"chunk01","done_bytes":1,"total_bytes":2,"elapsed_s":1.5,)"
              R"("finished":false}],)"
              R"("jobs":{"waiting":0,"unreadable":0,"active":1,"done":0,"failed":0,"skipped":0},)"
              R"("totals":{"source_bytes":0,"elapsed_s":0.0,"mib_per_min":0.0}})");
}

TEST(Status, IsReadBackAsItWasWritten) {
    EXPECT_EQ(status_from_json(to_json(example())), example());
}

const std::vector<JobStatus> two_jobs = {
    {"a.mp4", "encoding", "chunk01", 1000, "", {{24, "encoding", 0.5, 7, 0, 1}}},
    {"caf\\xe9.mp4", "failed", "chunk01", 2000, "not a video", {}},
};

TEST(Status, WritesJobsAsAnArray) {
    EXPECT_EQ(to_json(two_jobs),
              R"([{"source":"a.mp4","state":"encoding","chunk":"chunk01","source_bytes":1000,)"
              R"("error":"","renditions":[{"crf":24,"state":"encoding","fraction":0.5,)"
              R"("segments":7,"output_bytes":0,"attempts":1}]},)"
              R"({"source":"caf\\xe9.mp4","state":"failed","chunk":"chunk01",)"
              R"("source_bytes":2000,"error":"not a video","renditions":[]}])");
    EXPECT_EQ(jobs_from_json(to_json(two_jobs)), two_jobs);
    EXPECT_EQ(to_json(std::vector<JobStatus>()), "[]");
}

TEST(Status, WritesAJobsDetailsBesideItsFields) {
    JobDetailStatus detail;
    detail.job = two_jobs[1];
    detail.sha256 = "ab12";
    detail.output_name = "caf\\xe9.mp4";
    detail.claimed_at = "2026-01-01T00:00:00Z";
    detail.notes = {"left out: data stream 2"};
    detail.attempts = {{"probe",
                        std::nullopt,
                        1,
                        "exit status 1",
                        {"moov atom not found"},
                        "2026-01-01T00:00:01Z"}};
    detail.current_tasks = {"check of CRF 24"};
    EXPECT_EQ(to_json(detail),
              R"({"source":"caf\\xe9.mp4","state":"failed","chunk":"chunk01",)"
              R"("source_bytes":2000,"error":"not a video","renditions":[],"sha256":"ab12",)"
              R"("output_name":"caf\\xe9.mp4","claimed_at":"2026-01-01T00:00:00Z",)"
              R"("ended_at":null,"notes":["left out: data stream 2"],)"
              R"("attempts":[{"task":"probe","crf":null,"number":1,"cause":"exit status 1",)"
              R"("last_lines":["moov atom not found"],"time":"2026-01-01T00:00:01Z"}],)"
              R"("current_tasks":["check of CRF 24"]})");
    EXPECT_EQ(job_detail_from_json(to_json(detail)), detail);
}

TEST(Status, WritesHistoryAsAnArray) {
    const std::vector<HistoryStatus> history = {
        {"2026-01-01T00:00:00Z", "a.mp4", 24, 1000, 250, 0.25, 12.5, 2.5, "av1_crf24/a.mp4"}};
    EXPECT_EQ(to_json(history),
              R"([{"time":"2026-01-01T00:00:00Z","source":"a.mp4","crf":24,"source_bytes":1000,)"
              R"("output_bytes":250,"ratio":0.25,"encode_s":12.5,"speed":2.5,)"
              R"("output":"av1_crf24/a.mp4"}])");
    EXPECT_EQ(history_from_json(to_json(history)), history);
}

TEST(Status, WritesAnEventWithNullForWhatItIsNotAbout) {
    EventStatus event;
    event.event = "claimed";
    event.time = "2026-01-01T00:00:00Z";
    event.message = "claimed a.mp4";
    event.source = "a.mp4";
    EXPECT_EQ(to_json(event), R"({"event":"claimed","time":"2026-01-01T00:00:00Z",)"
                              R"("message":"claimed a.mp4","source":"a.mp4","crf":null,)"
                              R"("segment":null,"chunk":null,"fraction":null,"fps":null})");
    EXPECT_EQ(event_from_json(to_json(event)), event);
}

TEST(Status, WritesAnEncodersLineThatIsNotUtf8) {
    EventStatus event;
    event.message = "caf\xe9";
    EXPECT_EQ(event_from_json(to_json(event)).message, "caf\uFFFD");
}

TEST(Status, TakesAnAnswerWithFieldsThatItDoesNotKnow) {
    auto text = to_json(example());
    text.insert(1, R"("new":[1],)");
    EXPECT_EQ(status_from_json(text), example());
}

template <typename Read>
std::string complaint(Read read, std::string_view text) {
    try {
        read(text);
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

TEST(Status, SaysWhatIsWrongWithAnAnswer) {
    EXPECT_EQ(complaint(status_from_json, "{"), "the daemon's answer (status) is not JSON");
    EXPECT_EQ(complaint(status_from_json, "[]"),
              "'status' in the daemon's answer is not an object");
    EXPECT_EQ(complaint(status_from_json, R"({"version":"1","machine":7})"),
              "'status.machine' in the daemon's answer is number");
    EXPECT_EQ(complaint(status_from_json, R"({"version":"1"})"),
              "'status.machine' in the daemon's answer is null");
    EXPECT_EQ(complaint(jobs_from_json, "{}"), "'jobs' in the daemon's answer is not a list");
    EXPECT_EQ(complaint(event_from_json, R"({"event":"","time":"","message":"","crf":"x"})"),
              "'event.crf' in the daemon's answer is string");
    EXPECT_EQ(
        complaint(history_from_json, R"([{"time":"","source":"","crf":1,"source_bytes":-1}])"),
        "'history.source_bytes' in the daemon's answer is number");
}

TEST(Status, RefusesANumberThatItsFieldCannotHold) {
    EXPECT_EQ(complaint(event_from_json, R"({"event":"","time":"","message":"","crf":4294967320})"),
              "'event.crf' in the daemon's answer is out of range");
}

} // namespace
} // namespace av1encd
