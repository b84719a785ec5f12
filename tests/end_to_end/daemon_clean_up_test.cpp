// What becomes of encoders that may not run for long: they are ended, and only what they had not
// finished is lost.

#include "tests/support/fleet.hpp"
#include "tests/support/mounted_disk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DaemonCleanUp : public Fleet {
protected:
    /// At work on CRF 50, with the segment of CRF 40 finished.
    void begin(const std::string& pause) {
        machine().configure("encode: { crf: [40, 50] }\n" + pause);
        machine().before_every_encode(fmt::format("echo $crf >> '{}'", begun().native()));
        machine().close_gate(50);
        machine().serve();
        drop("a.mp4");
        ASSERT_TRUE(eventually([&] { return fs::exists(finished()) && is_at_work(); }))
            << machine().said();
    }
    fs::path begun() const { return folder() / "begun"; }
    fs::path finished() { return machine().work_dir() / "jobs/1/40/0-end"; }
    /// On CRF 50 alone: nothing else is there to be ended.
    bool is_at_work() {
        const auto tasks = machine().show("a.mp4").current_tasks;
        return tasks == std::vector<std::string>{"encode of CRF 50"};
    }
    std::vector<std::string> begun_at() const {
        std::istringstream lines(read_file(begun()));
        std::vector<std::string> crfs;
        for (std::string crf; std::getline(lines, crf);)
            crfs.push_back(crf);
        std::ranges::sort(crfs);
        return crfs;
    }
    void pause() { EXPECT_EQ(machine().ctl({"pause"}).outcome.exit_status, 0); }
    bool is_cleaned_up() { return machine().said().find("cleaned up (") != std::string::npos; }

    void expect_clean_up(const std::string& why) {
        ASSERT_TRUE(eventually([&] { return is_cleaned_up(); })) << machine().said();
        EXPECT_THAT(machine().said(), HasSubstr("cleaned up (" + why));
        EXPECT_THAT(machine().processes("sh"), IsEmpty());
        EXPECT_THAT(machine().encoders(), IsEmpty());
        const auto status = machine().status();
        EXPECT_EQ(status->state, "paused");
        for (const auto& slot : status->slots)
            EXPECT_FALSE(slot.source || slot.pid);
        for (const auto& name : leftovers())
            EXPECT_FALSE(name.ends_with(".part")) << name;
        EXPECT_TRUE(fs::exists(finished()));
    }
    /// Once it may go on, only what was not finished is made again.
    void expect_end() {
        machine().open_gate();
        EXPECT_EQ(machine().ctl({"resume"}).outcome.exit_status, 0);
        EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
        EXPECT_EQ(begun_at(), (std::vector<std::string>{"40", "50", "50"}));
        EXPECT_THAT(machine().show("a.mp4").attempts, IsEmpty());
    }
    void expect_logs_handed_over() {
        EXPECT_TRUE(eventually([&] {
            return handed_over().find("cleaned up (") != std::string::npos;
        })) << machine().said();
    }
    std::string handed_over() const {
        std::string text;
        std::error_code none_yet;
        for (const auto& entry : fs::directory_iterator(place("logs/m1"), none_yet))
            text += read_file(entry.path());
        return text;
    }
};

TEST_F(DaemonCleanUp, ComesAtOnceWhereItIsSoConfigured) {
    begin("pause: { on_hold: cleanup }");
    pause();
    expect_clean_up("pause.on_hold: cleanup)");
    expect_logs_handed_over();
    EXPECT_THAT(handed_over(), HasSubstr("encode of CRF 50 was cleaned up"));
    expect_end();
}

TEST_F(DaemonCleanUp, ComesAfterTheConfiguredTime) {
    begin("pause: { cleanup_after: 1s }");
    pause();
    expect_clean_up("suspended for 1s)");
    expect_logs_handed_over();
    expect_end();
}

TEST_F(DaemonCleanUp, ComesWithAReloadThatAsksForIt) {
    begin("pause: { cleanup_after: off }");
    pause();
    machine().configure("encode: { crf: [40, 50] }\npause: { on_hold: cleanup }");
    EXPECT_EQ(machine().ctl({"reload"}).outcome.exit_status, 0);
    expect_clean_up("pause.on_hold: cleanup)");
    expect_end();
}

TEST_F(DaemonCleanUp, ComesWhereMemoryRunsShortWhileSuspended) {
    if (!MountedDisk::can_mount() || !fs::exists("/proc/pressure/memory"))
        GTEST_SKIP() << "this user may not mount, or this kernel keeps no account of pressure";
    const auto pressure = folder() / "pressure";
    const auto say_pressure = [&](long microseconds) {
        write_file(pressure, fmt::format("some avg10=0.00 avg60=0.00 avg300=0.00 total={}\n"
                                         "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
                                         microseconds));
    };
    say_pressure(0);
    // Read-only, so that nobody takes it for a file that tells by itself.
    machine().wrapper = {"unshare",
                         "--mount",
                         "sh",
                         "-c",
                         "mount --bind \"$0\" /proc/pressure/memory && "
                         "mount -o remount,ro,bind /proc/pressure/memory && exec \"$@\"",
                         pressure.native()};
    begin("pause: { cleanup_after: off }");
    pause();
    long waited = 0;
    EXPECT_TRUE(eventually([&] {
        say_pressure(waited += 1'000'000);
        return is_cleaned_up();
    })) << machine().said();
    expect_clean_up("memory runs short)");
    expect_end();
}

} // namespace
} // namespace av1encd
