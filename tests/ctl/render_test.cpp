#include "ctl/render.hpp"

#include "ctl/display_width.hpp"
#include "tests/ctl/sample_status.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <sstream>

namespace av1encd {
namespace {

class Render : public ::testing::Test {
protected:
    Render() {
        ::setenv("TZ", "UTC0", 1);
        ::tzset();
        screen.charset = Charset::utf8;
    }

    Status status = sample_status();
    Screen screen;
};

TEST_F(Render, WritesTheLinesThatTheFleetsAreUsedTo) {
    EXPECT_EQ(
        render(status, screen),
        "Machine  m1 (av1encd 0.1.0)\n"
        "State    running\n"
        "Jobs     3 waiting, 2 active, 12 done, 4 failed, 5 skipped, 1 unreadable\n"
        "Totals   1.2GB in 1:02:03, 18.4 MiB/min\n"
        "\n"
        "Slot 01 | [24] sample1.mp4      ██████    84MB/100MB [00:24<00:05, 3.5MB/s]\n"
        "Slot 02 | Waiting...\n"
        "\n"
        "Chunk 01                        ████████ 145MB/150MB ✓ size=145MB • elapsed=00:39\n");
}

TEST_F(Render, WritesPlainCharactersWithoutUtf8) {
    screen.charset = Charset::ascii;
    const auto lines = status_lines(status, screen);
    EXPECT_EQ(lines.slots[0],
              "Slot 01 | [24] sample1.mp4      ######    84MB/100MB [00:24<00:05, 3.5MB/s]");
    EXPECT_EQ(lines.chunks[0],
              "Chunk 01                        ######## 145MB/150MB ok size=145MB - elapsed=00:39");
}

TEST_F(Render, TellsWhatHoldsItWhyAndHowLong) {
    status.state = "paused";
    status.holds = {{"operator", "lunch (by anna)", "2026-01-01T12:00:00Z", "2026-01-01T14:00:00Z"},
                    {"share", "", "2026-01-01T12:30:00Z", std::nullopt}};
    EXPECT_EQ(status_lines(status, screen).head,
              (std::vector<std::string>{
                  "Machine  m1 (av1encd 0.1.0)",
                  "State    paused",
                  "Hold     operator since 2026-01-01 12:00:00 until 2026-01-01 14:00:00: "
                  "lunch (by anna)",
                  "Hold     share since 2026-01-01 12:30:00",
                  "Jobs     3 waiting, 2 active, 12 done, 4 failed, 5 skipped, 1 unreadable",
                  "Totals   1.2GB in 1:02:03, 18.4 MiB/min",
              }));
}

TEST_F(Render, ColoursTheStateAndTheHolds) {
    screen.colour = Colour::ansi;
    status.holds = {{"cpu", "", "2026-01-01T12:30:00Z", std::nullopt}};
    const auto head = status_lines(status, screen).head;
    EXPECT_EQ(head[1], "State    \x1b[32mrunning\x1b[0m");
    EXPECT_EQ(head[2], "Hold     \x1b[33mcpu\x1b[0m since 2026-01-01 12:30:00");
}

TEST_F(Render, WritesAQuestionMarkForWhatIsNotKnownYet) {
    status.slots = {begun_slot(1, "a.mp4", 24, 0, 100)};
    status.chunks = {{"chunk02", 0, 200, 0, false}};
    const auto lines = status_lines(status, screen);
    EXPECT_EQ(lines.slots[0], "Slot 01 | [24] a.mp4                     0B/100B [00:00<?, ?B/s]");
    EXPECT_EQ(lines.chunks[0], "Chunk 02                                 0B/200B [00:00<?, ?B/s]");
}

TEST_F(Render, ReckonsTheTimeThatAChunkTakesFromThatSoFar) {
    status.chunks = {{"chunk02", 50'000'000, 200'000'000, 10, false}};
    EXPECT_EQ(status_lines(status, screen).chunks[0],
              "Chunk 02                        ██       50MB/200MB [00:10<00:30, 5.0MB/s]");
}

TEST_F(Render, LetsBarsTakeWhatATerminalHasLeft) {
    screen.columns = 100;
    EXPECT_EQ(status_lines(status, screen).slots[0],
              "Slot 01 | [24] sample1.mp4      ██████████████████████       84MB/100MB "
              "[00:24<00:05, 3.5MB/s]");
}

TEST_F(Render, CutsALongNameInTheMiddleOnATerminal) {
    screen.columns = 80;
    status.slots[0].source = "a-very-long-name/of-a-source-that-is-too-long.mp4";
    const auto lines = status_lines(status, screen);
    EXPECT_EQ(lines.slots[0],
              "Slot 01 | [24] a-very-…ong.mp4 ██████    84MB/100MB [00:24<00:05, 3.5MB/s]");
    EXPECT_EQ(lines.chunks[0],
              "Chunk 01                       ████████ 145MB/150MB ✓ size=145MB • elapsed=00:39");
}

TEST_F(Render, ShowsWholeNamesWhereThereIsNoTerminal) {
    status.slots[0].source = "a-very-long-name/of-a-source-that-is-too-long.mp4";
    const auto lines = status_lines(status, screen);
    EXPECT_EQ(
        lines.slots[0],
        "Slot 01 | [24] a-very-long-name/of-a-source-that-is-too-long.mp4 ██████    84MB/100MB "
        "[00:24<00:05, 3.5MB/s]");
    EXPECT_EQ(
        lines.chunks[0],
        "Chunk 01                                                         ████████ 145MB/150MB "
        "✓ size=145MB • elapsed=00:39");
}

TEST_F(Render, AlignsNamesOfWideCharacters) {
    status.slots = {begun_slot(1, "映画.mp4", 24, 50, 100),
                    begun_slot(2, "abcd.mp4", 60, 100, 100)};
    const auto lines = status_lines(status, screen);
    EXPECT_EQ(lines.slots[0],
              "Slot 01 | [24] 映画.mp4         ████        50B/100B [00:00<?, ?B/s]");
    EXPECT_EQ(lines.slots[1],
              "Slot 02 | [60] abcd.mp4         ████████   100B/100B [00:00<?, ?B/s]");
}

TEST_F(Render, FitsEveryTerminalOfAFairWidth) {
    status.slots[0].source = "映画映画映画映画映画映画映画映画映画映画映画映画映画映画映画映画.mp4";
    for (std::size_t columns = 66; columns < 200; ++columns) {
        screen.columns = columns;
        const auto lines = status_lines(status, screen);
        ASSERT_LE(display_width(lines.slots[0]), columns);
        ASSERT_LE(display_width(lines.chunks[0]), columns);
    }
}

TEST_F(Render, GivesALineOnATerminalThatIsFarTooNarrow) {
    for (std::size_t columns = 1; columns < 66; ++columns) {
        screen.columns = columns;
        ASSERT_EQ(display_width(status_lines(status, screen).slots[0]), 60U) << columns;
    }
}

TEST_F(Render, KeepsABarShortOfItsEndUntilAllIsDone) {
    status.slots = {begun_slot(1, "a.mp4", 24, 999'999, 1'000'000),
                    begun_slot(2, "b.mp4", 24, 5, 4)};
    const auto lines = status_lines(status, screen);
    EXPECT_NE(lines.slots[0].find("███████  "), std::string::npos);
    EXPECT_NE(lines.slots[1].find("████████ "), std::string::npos);
}

TEST_F(Render, ShowsNothingOfOthersThatWouldDisturbALine) {
    status.machine = "m\x1b[2J";
    status.slots[0].source = "a\n\\xff.mp4";
    const auto lines = status_lines(status, screen);
    EXPECT_EQ(lines.head[0], "Machine  m\\x1b[2J (av1encd 0.1.0)");
    EXPECT_EQ(lines.slots[0].substr(0, 30), "Slot 01 | [24] a\\x0a\\xff.mp4  ");
}

TEST_F(Render, LeavesOutWhatThereIsNone) {
    status.slots.clear();
    status.chunks.clear();
    EXPECT_EQ(render(status, screen),
              "Machine  m1 (av1encd 0.1.0)\n"
              "State    running\n"
              "Jobs     3 waiting, 2 active, 12 done, 4 failed, 5 skipped, 1 unreadable\n"
              "Totals   1.2GB in 1:02:03, 18.4 MiB/min\n");
}

} // namespace
} // namespace av1encd
