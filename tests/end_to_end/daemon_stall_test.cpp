// Encoders that get nowhere: they hold no slot for ever and fail no source.

#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

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

// SVT-AV1 1.4.1 waits for ever for a thread that it could not start.
TEST_F(DaemonStall, ForLackOfMemoryFailsItsSourceAlone) {
    machine().configure("retries: 1\nencode: { threads: 1 }");
    machine().environment.emplace_back("AV1ENCD_FFMPEG_MEMORY=200MiB");
    machine().serve();
    drop("small.mp4");
    drop("larger.mp4", clip({"320x240", 0.6}));
    drop("small too.mp4", clip({"96x64", 0.6, 90}));
    EXPECT_TRUE(eventually([&] { return machine().state_of("larger.mp4") == "failed"; }))
        << machine().said();
    EXPECT_TRUE(eventually([&] { return is_done("small.mp4") && is_done("small too.mp4"); }))
        << machine().said();
    const auto job = machine().show("larger.mp4");
    EXPECT_THAT(job.attempts, SizeIs(2));
    EXPECT_THAT(job.job.error, AllOf(HasSubstr("out of memory: "),
                                 HasSubstr("one such process may take 210MB: fewer encode.threads "
                                           "need less, AV1ENCD_FFMPEG_MEMORY allows more")));
    EXPECT_THAT(read_file(place("failed") / "larger.mp4.error.txt"), HasSubstr("out of memory: "));
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
