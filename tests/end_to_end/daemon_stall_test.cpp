// Encoders that get nowhere: they hold no slot for ever and fail no source.

#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class DaemonStall : public Fleet {
protected:
    /// The next encode goes well.
    void expect_one_stall_and_success(const std::string& cause) {
        EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
        const auto attempts = machine().show("a.mp4").attempts;
        ASSERT_THAT(attempts, SizeIs(1));
        EXPECT_THAT(attempts[0].cause, HasSubstr(cause));
    }
};

TEST_F(DaemonStall, OfAnEncoderThatHangsIsMetByAnotherAttempt) {
    machine().configure("retries: 1");
    machine().before_every_encode(fmt::format(
        "mkdir '{}' 2>&- && echo trouble >&2 && exec sleep 1000000", (folder() / "hung").native()));
    machine().serve();
    drop("a.mp4");
    expect_one_stall_and_success("complained and then slept for 20s and was killed: trouble");
}

// SVT-AV1 1.4.1 waits for ever for a thread that it could not start, as it does here: with one
// thread of its own it takes 226 MiB for the small ones and 675 for the large one.
TEST_F(DaemonStall, ForLackOfMemoryFailsItsSourceAlone) {
    machine().configure("retries: 1\nencode: { threads: 1 }");
    machine().environment.emplace_back("AV1ENCD_FFMPEG_MEMORY=500MiB");
    machine().serve();
    drop("small.mp4");
    drop("large.mp4", clip({"1920x1080", 0.4}));
    drop("small too.mp4", clip({"96x64", 0.6, 90}));
    const auto all_ended = [&] {
        const auto jobs = machine().list();
        return jobs.size() == 3 && std::ranges::all_of(jobs, [](const JobStatus& job) {
                   return job.state == "failed" || job.state == "done";
               });
    };
    ASSERT_TRUE(eventually(all_ended)) << machine().said();
    EXPECT_TRUE(is_done("small.mp4")) << machine().said();
    EXPECT_TRUE(is_done("small too.mp4"));
    const auto large = machine().show("large.mp4");
    EXPECT_THAT(large.attempts, SizeIs(2));
    EXPECT_THAT(large.job.error,
                AllOf(HasSubstr("out of memory: "),
                      HasSubstr("one such process may take 524MB: fewer encode.threads need less, "
                                "AV1ENCD_FFMPEG_MEMORY allows more")));
    EXPECT_THAT(read_file(place("failed") / "large.mp4.error.txt"), HasSubstr("out of memory: "));
}

// Two minutes, that others can use.
TEST_F(DaemonStall, OfAnEncoderThatAStrangerStoppedIsMetByAnotherAttempt) {
    machine().configure("retries: 1");
    machine().close_gate(50);
    machine().serve();
    drop("a.mp4");
    ASSERT_TRUE(eventually([&] { return machine().is_encoding(); })) << machine().said();
    const auto status = machine().status();
    for (const auto& slot : status->slots)
        EXPECT_TRUE(!slot.pid || ::kill(-*slot.pid, SIGSTOP) == 0);
    machine().open_gate();
    expect_one_stall_and_success("stopped by somebody else");
}

// Some minutes, that others can use. Time in which it waits for the CPU would not count: by an
// ordinary priority it waits for little, and beside what it does that is next to nothing.
TEST_F(DaemonStall, OfAnEncoderThatIsAwakeAndGetsNowhereIsMetByAnotherAttempt) {
    machine().configure("retries: 1\npriority: { nice: 0, cpu: other }");
    machine().before_every_encode(fmt::format(
        "! mkdir '{}' 2>&- || while :; do for _ in $(seq 1000); do :; done; sleep 0.2; done",
        (folder() / "gets nowhere").native()));
    machine().serve();
    drop("a.mp4");
    expect_one_stall_and_success("made no progress");
}

} // namespace
} // namespace av1encd
