// Disks that are full or may not be written to: nothing fails, and work goes on by itself.

#include "tests/support/fleet.hpp"
#include "tests/support/mounted_disk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class DaemonDisk : public Fleet {
protected:
    void SetUp() override {
        if (!MountedDisk::can_mount())
            GTEST_SKIP() << "this user may not mount a small disk";
    }
    /// At work on a source until the gate is opened.
    void begin() {
        machine().close_gate(50);
        machine().serve();
        drop("a.mp4");
        ASSERT_TRUE(eventually([&] { return machine().is_encoding(); })) << machine().said();
        machine().open_gate();
    }
    void expect_hold(const std::string& text) {
        EXPECT_TRUE(eventually([&] {
            return machine().holds() == std::vector<std::string>{"disk"};
        })) << machine().said();
        const auto status = machine().status();
        ASSERT_EQ(status->holds.size(), 1U);
        EXPECT_THAT(status->holds[0].text, HasSubstr(text));
        EXPECT_EQ(status->jobs.failed, 0U);
    }
    void expect_end() {
        EXPECT_TRUE(eventually([&] { return machine().state_of("a.mp4") == "done"; }))
            << machine().said();
        EXPECT_TRUE(machine().holds().empty());
        EXPECT_TRUE(machine().show("a.mp4").attempts.empty());
        EXPECT_EQ(probed(rendition(50, "a.mp4"), "v:0", "stream=codec_name"), "av1");
        EXPECT_TRUE(leftovers().empty());
    }
};

TEST_F(DaemonDisk, ThatHoldsWorkDirIsFullInMidEncodeAndNothingFails) {
    const MountedDisk disk(machine().work_dir(), 48 << 20);
    begin();
    disk.fill();
    expect_hold("work_dir");
    disk.make_room();
    expect_end();
}

TEST_F(DaemonDisk, ThatHoldsTheOutputIsFullAndTheRenditionWaits) {
    fs::create_directories(share() / "output");
    const MountedDisk disk(share() / "output", 2 << 20);
    begin();
    disk.fill();
    expect_hold("output");
    EXPECT_FALSE(fs::exists(rendition(50, "a.mp4")));
    disk.make_room();
    expect_end();
}

TEST_F(DaemonDisk, ThatHoldsTheOutputIsReadOnlyAndTheRenditionWaits) {
    fs::create_directories(share() / "output");
    const MountedDisk disk(share() / "output", 2 << 20);
    begin();
    disk.set_read_only();
    expect_hold("output");
    disk.set_writable();
    expect_end();
}

TEST_F(DaemonDisk, ThatHoldsWorkDirIsSmallerThanASourceWhichStaysUnreadable) {
    const MountedDisk disk(machine().work_dir(), 48 << 20);
    fs::create_directories(place("to_assign"));
    write_file(place("to_assign/large.mp4"), "");
    fs::resize_file(place("to_assign/large.mp4"), 49 << 20);
    drop("a.mp4");
    machine().serve();
    expect_end();
    EXPECT_EQ(machine().status()->jobs.unreadable, 1U);
    EXPECT_TRUE(fs::exists(place("to_assign/large.mp4")));
    EXPECT_THAT(machine().said(), HasSubstr("large.mp4: left in to_assign: is larger than"));
}

} // namespace
} // namespace av1encd
