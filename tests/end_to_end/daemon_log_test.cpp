// The log files that are handed over to the share.

#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class DaemonLog : public Fleet {
protected:
    /// All files on the share whose names begin so, one after the other.
    std::string handed_over(const std::string& beginning) const {
        std::string text;
        std::error_code none_yet;
        for (const auto& entry : fs::directory_iterator(place("logs/m1"), none_yet))
            if (entry.path().filename().native().starts_with(beginning))
                text += read_file(entry.path());
        return text;
    }
    std::string log() const { return handed_over("av1_job_"); }
    std::string errors() const { return handed_over("errors_av1_job_"); }
    /// What a broken encoder says: more lines than people are shown.
    static std::string complaint(int number) { return fmt::format("complaint number {}.", number); }
    void break_the_encoder() {
        machine().configure("retries: 0");
        machine().before_every_encode("for i in $(seq 40); do echo \"complaint number $i.\" >&2; "
                                      "done; exit 1");
    }
};

TEST_F(DaemonLog, IsOnTheShareOnceAChunkIsDone) {
    machine().serve();
    write_file(place("to_assign/.new.part"), "no video");
    fs::rename(place("to_assign/.new.part"), place("to_assign/bad.mp4"));
    EXPECT_TRUE(eventually([&] { return errors().find("bad.mp4: failed") != std::string::npos; }))
        << machine().said();
    EXPECT_THAT(log(), AllOf(HasSubstr("starts as m1"), HasSubstr("bad.mp4: claimed"),
                             HasSubstr("bad.mp4: failed")));
    EXPECT_THAT(errors(), Not(HasSubstr("claimed")));
}

TEST_F(DaemonLog, IsOnTheShareOnceWorkIsPaused) {
    machine().serve();
    machine().ctl({"pause", "--reason", "a look at the logs"});
    EXPECT_TRUE(eventually([&] { return log().find("a look at the logs") != std::string::npos; }))
        << machine().said();
}

TEST_F(DaemonLog, IsOnTheShareInTheEndAndNothingOfItIsLeftBehind) {
    machine().serve();
    machine().stop();
    EXPECT_THAT(log(), HasSubstr("starts as m1"));
    EXPECT_TRUE(fs::is_empty(machine().work_dir() / "logs"));
    EXPECT_THAT(errors(), IsEmpty());
}

TEST_F(DaemonLog, KeepsTheWholeOutputOfAFailedEncoderAndShowsItsEnd) {
    break_the_encoder();
    drop("a.mp4");
    EXPECT_EQ(machine().run_once().exit_status, 1);
    for (const auto& text : {log(), errors()})
        for (int number = 1; number <= 40; ++number)
            EXPECT_THAT(text, HasSubstr(complaint(number)));
    for (const auto& text : {machine().said(), read_file(place("failed/a.mp4.error.txt"))}) {
        EXPECT_THAT(text, AllOf(HasSubstr(complaint(31)), HasSubstr(complaint(40))));
        EXPECT_THAT(text, Not(HasSubstr(complaint(30))));
    }
}

TEST_F(DaemonLog, OfAMachineThatWasKilledIsHandedOverByItsNextRun) {
    machine().close_gate(50);
    machine().serve();
    drop("a.mp4");
    ASSERT_TRUE(eventually([&] { return machine().is_encoding(); })) << machine().said();
    machine().kill();
    EXPECT_THAT(log(), Not(HasSubstr("a.mp4: claimed")));
    machine().open_gate();
    EXPECT_EQ(machine().run_once().exit_status, 0) << machine().said();
    EXPECT_THAT(log(), HasSubstr("a.mp4: claimed"));
}

} // namespace
} // namespace av1encd
