// What the daemon wants before it begins, how it is told otherwise, and where its logs go.

#include "tests/support/fleet.hpp"
#include "tests/support/waiting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace av1encd {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using DaemonStart = Fleet;

TEST_F(DaemonStart, ReportsEveryMistakeOfItsConfigurationWithItsPlace) {
    machine().configure("retries: many\nchunksize: 1MiB\n");
    const auto outcome = machine().run_once();
    EXPECT_EQ(outcome.exit_status, 78);
    EXPECT_THAT(machine().said(),
                AllOf(HasSubstr("retries"), HasSubstr("chunksize"), HasSubstr("chunk_size")));
}

TEST_F(DaemonStart, NamesThePackageWhereFfmpegIsMissing) {
    machine().environment.push_back("PATH=/nonexistent");
    const auto outcome = machine().run_once();
    EXPECT_EQ(outcome.exit_status, 78) << machine().said();
    EXPECT_THAT(machine().said(), HasSubstr("apt install ffmpeg"));
}

TEST_F(DaemonStart, TakesAGoodConfigurationAtReloadAndNoBadOne) {
    machine().serve();
    machine().configure("retries: many\n");
    const auto refused = machine().ctl({"reload"});
    EXPECT_EQ(refused.outcome.exit_status, 1);
    EXPECT_TRUE(machine().status().has_value());
    machine().configure("workers: 3\n");
    EXPECT_EQ(machine().ctl({"reload"}).outcome.exit_status, 0) << machine().said();
    EXPECT_EQ(machine().status()->slots.size(), 3U);
    machine().configure("workers: 1\n");
    machine().daemon().send(SIGHUP);
    EXPECT_TRUE(eventually([&] { return machine().status()->slots.size() == 1; }));
}

TEST_F(DaemonStart, RefusesAtReloadWhatNeedsARestart) {
    machine().serve();
    machine().configure("machine_id: other\n");
    EXPECT_EQ(machine().ctl({"reload"}).outcome.exit_status, 1);
    EXPECT_EQ(machine().status()->machine, "m1");
}

TEST_F(DaemonStart, HandsItsLogsOverWithWhatAFailedEncoderSaid) {
    machine().configure("retries: 0\n");
    machine().before_every_ffmpeg("case \"$*\" in *libsvtav1*crf=*) echo 'the encoder is out of "
                                  "order' >&2; exit 1;; esac");
    drop("a.mp4");
    EXPECT_EQ(machine().run_once().exit_status, 1) << machine().said();
    std::string all;
    std::string errors;
    for (const auto& entry : std::filesystem::directory_iterator(place("logs") / "m1")) {
        const auto name = entry.path().filename().native();
        (name.starts_with("errors_av1_job_") ? errors : all) += read_file(entry.path());
    }
    EXPECT_THAT(all, HasSubstr("the encoder is out of order"));
    EXPECT_THAT(errors, HasSubstr("the encoder is out of order"));
    EXPECT_THAT(all, HasSubstr("claimed"));
    EXPECT_THAT(read_file(place("failed/a.mp4.error.txt")),
                HasSubstr("the encoder is out of order"));
}

} // namespace
} // namespace av1encd
