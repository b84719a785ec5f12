#include "daemon/core/process_outcome.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

using Lines = std::vector<std::string>;

ProcessOutcome exited(int status, Lines lines = {}) {
    ProcessOutcome outcome;
    outcome.exit_status = status;
    outcome.stderr_lines = std::move(lines);
    return outcome;
}

ProcessOutcome killed_by(int signal) {
    ProcessOutcome outcome;
    outcome.signal = signal;
    return outcome;
}

ProcessOutcome not_started(std::string reason) {
    ProcessOutcome outcome;
    outcome.start_error = std::move(reason);
    return outcome;
}

TEST(ProcessOutcome, EndedWellOnlyWithExitStatusZero) {
    EXPECT_TRUE(exited(0).ended_well());
    EXPECT_FALSE(exited(1).ended_well());
    EXPECT_FALSE(killed_by(9).ended_well());
    EXPECT_FALSE(not_started("cannot start ffmpeg: No such file or directory").ended_well());
    EXPECT_FALSE(ProcessOutcome{}.ended_well());
}

TEST(ProcessOutcome, GivesTheLastLinesAsFarAsThereAreAny) {
    const auto outcome = exited(1, {"a", "b", "c"});
    EXPECT_EQ(outcome.last_lines(2), (Lines{"b", "c"}));
    EXPECT_EQ(outcome.last_lines(3), (Lines{"a", "b", "c"}));
    EXPECT_EQ(outcome.last_lines(10), (Lines{"a", "b", "c"}));
    EXPECT_EQ(outcome.last_lines(0), Lines{});
}

TEST(ProcessOutcome, DescribesEachWayToEnd) {
    EXPECT_EQ(describe(exited(1)), "exit status 1");
    EXPECT_EQ(describe(killed_by(9)), "killed by signal 9 (Killed)");
    EXPECT_EQ(describe(not_started("cannot start ffmpeg: No such file or directory")),
              "cannot start ffmpeg: No such file or directory");
    auto stalled = killed_by(9);
    stalled.stall = "it made no progress for 2m";
    EXPECT_EQ(describe(stalled), "it made no progress for 2m and was killed");
}

TEST(TellingLine, LeavesOutAddressesAndPathsOfOurOwn) {
    EXPECT_EQ(telling_line(exited(1, {"[h264 @ 0x55db505bbf40] no frame!"})), "[h264] no frame!");
    EXPECT_EQ(telling_line(exited(1, {"[h264 @ 0x55f3] [IMGUTILS @ 0x7ff] Picture size 0x0"})),
              "[h264] [IMGUTILS] Picture size 0x0");
    EXPECT_EQ(telling_line(exited(1, {"file:/var/lib/av1encd/jobs/3/source: Invalid data found "
                                      "when processing input"})),
              "Invalid data found when processing input");
    EXPECT_EQ(telling_line(exited(1, {"Error writing trailer of file:/w d/jobs/3/24/0.part: No "
                                      "space left on device"})),
              "Error writing trailer of the file: No space left on device");
    EXPECT_EQ(telling_line(exited(1, {"Failed to open segment 'file:/w/a' and 'file:/w/b'"})),
              "Failed to open segment 'the file' and 'the file'");
}

TEST(TellingLine, IsTheFirstThatSaysMoreThanTheEpilogue) {
    EXPECT_EQ(telling_line(exited(1, {"Svt[info]: -----",
                                      "[AVFilterGraph @ 0x5614916f0940] No such filter: 'x'",
                                      "Error reinitializing filters!", "Conversion failed!"})),
              "[AVFilterGraph] No such filter: 'x'");
    EXPECT_EQ(telling_line(exited(1, {"", "  ", "first", "second"})), "first");
    EXPECT_EQ(telling_line(exited(1, {"Warning: using insecure memory!", "why"})), "why");
}

TEST(TellingLine, IsTheEpilogueWhereThereIsNothingElse) {
    EXPECT_EQ(telling_line(exited(1, {"Conversion failed!"})), "Conversion failed!");
    EXPECT_EQ(telling_line(exited(1)), "");
}

TEST(TellingLine, IsSafeForATerminal) {
    EXPECT_EQ(telling_line(exited(1, {"bad \x1b[31mtag\xff"})), "bad \\x1b[31mtag\xEF\xBF\xBD");
}

TEST(ProcessOutcome, IsDescribedWithItsReasonWhereThereIsOne) {
    EXPECT_EQ(describe_with_reason(exited(1, {"moov atom not found"})),
              "exit status 1: moov atom not found");
    EXPECT_EQ(describe_with_reason(killed_by(11)), "killed by signal 11 (Segmentation fault)");
}

} // namespace
} // namespace av1encd
