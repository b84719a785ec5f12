#include "ctl/live_view.hpp"

#include "ctl/display_width.hpp"
#include "tests/ctl/sample_status.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>

namespace av1encd {
namespace {

using Lines = std::vector<std::string>;

class LiveView : public ::testing::Test {
protected:
    LiveView() {
        ::setenv("TZ", "UTC0", 1);
        ::tzset();
        state.status = sample_status();
        state.status.chunks.push_back({"chunk02", 50'000'000, 200'000'000, 10, false});
        state.messages = {{"12:00:01", "sample0.mp4 is done", Style::good}};
        screen.charset = Charset::utf8;
        screen.columns = 80;
    }

    Lines lines(std::size_t rows) const { return render(state, screen, rows); }
    /// Of the lines that begin like that, what follows up to the next blank.
    Lines numbers(std::string_view begin, std::size_t rows) const {
        Lines found;
        for (const auto& line : lines(rows))
            if (line.starts_with(begin))
                found.push_back(line.substr(begin.size(), 2));
        return found;
    }

    LiveState state;
    Screen screen;
};

TEST_F(LiveView, HasMessagesAboveThenTheHeadThenSlotsADividerAndChunks) {
    EXPECT_EQ(
        lines(16),
        (Lines{
            "",
            "",
            "",
            "",
            "12:00:01  sample0.mp4 is done",
            "────────────────────────────────────────────────────────────────────────────────",
            "Machine  m1 (av1encd 0.1.0)                                              q quits",
            "State    running",
            "Jobs     3 waiting, 2 active, 12 done, 4 failed, 5 skipped, 1 unreadable",
            "Totals   1.2GB in 1:02:03, 18.4 MiB/min",
            "",
            "Slot 01 | [24] sample1.mp4     ██████    84MB/100MB [00:24<00:05, 3.5MB/s]",
            "Slot 02 | Waiting...",
            "────────────────────────────────────────────────────────────────────────────────",
            "Chunk 01                       ████████ 145MB/150MB ✓ size=145MB • elapsed=00:39",
            "Chunk 02                       ██        50MB/200MB [00:10<00:30, 5.0MB/s]",
        }));
}

TEST_F(LiveView, UsesPlainCharactersWithoutUtf8) {
    screen.charset = Charset::ascii;
    state.messages.clear();
    EXPECT_EQ(
        lines(12),
        (Lines{
            "No messages yet.",
            "--------------------------------------------------------------------------------",
            "Machine  m1 (av1encd 0.1.0)                                              q quits",
            "State    running",
            "Jobs     3 waiting, 2 active, 12 done, 4 failed, 5 skipped, 1 unreadable",
            "Totals   1.2GB in 1:02:03, 18.4 MiB/min",
            "",
            "Slot 01 | [24] sample1.mp4    ######    84MB/100MB [00:24<00:05, 3.5MB/s]",
            "Slot 02 | Waiting...",
            "--------------------------------------------------------------------------------",
            "Chunk 01                      ######## 145MB/150MB ok size=145MB - elapsed=00:39",
            "Chunk 02                      ##        50MB/200MB [00:10<00:30, 5.0MB/s]",
        }));
}

TEST_F(LiveView, GivesBarsWhatAWideWindowHas) {
    screen.columns = 120;
    EXPECT_EQ(lines(16)[11],
              "Slot 01 | [24] sample1.mp4      █████████████████████████████████        "
              " 84MB/100MB [00:24<00:05, 3.5MB/s]");
}

TEST_F(LiveView, CutsWhatANarrowWindowCannotShow) {
    screen.columns = 40;
    const auto shown = lines(16);
    EXPECT_EQ(shown[6], "Machine  m1 (av1encd 0.1.0)      q quits");
    EXPECT_EQ(shown[8], "Jobs     3 waiting, 2 active, 12 done, …");
    EXPECT_EQ(shown[11], "Slot 01 | [24] s ██████    84MB/100MB […");
}

TEST_F(LiveView, FillsTheWindowAndNeverMore) {
    for (auto charset : {Charset::ascii, Charset::utf8})
        for (std::size_t count : {0U, 1U, 2U, 7U, 70U}) {
            screen.charset = charset;
            state.status.slots.clear();
            state.status.chunks.clear();
            for (std::size_t at = 0; at < count; ++at) {
                state.status.slots.push_back(busy_slot(static_cast<int>(at) + 1, "映画.mp4", 24));
                state.status.chunks.push_back(
                    {fmt::format("chunk{:02}", at), 1, 2, 3, at % 2 == 0});
            }
            for (std::size_t columns : {1U, 2U, 3U, 39U, 80U, 300U})
                for (std::size_t rows = 1; rows < 60; rows += 3) {
                    screen.columns = columns;
                    const auto shown = lines(rows);
                    ASSERT_EQ(shown.size(), rows) << count << " of each, " << columns;
                    for (const auto& line : shown)
                        ASSERT_LE(display_width(line), columns) << line;
                }
        }
}

TEST_F(LiveView, ShowsTenChunksAndFinishedOnesGiveWayFirst) {
    state.status.chunks.clear();
    for (int number = 1; number <= 14; ++number) {
        const bool finished = number <= 6 || number == 8;
        state.status.chunks.push_back({fmt::format("chunk{:02}", number), 1, 2, 3, finished});
    }
    EXPECT_EQ(numbers("Chunk ", 60),
              (Lines{"05", "06", "07", "08", "09", "10", "11", "12", "13", "14"}));
    EXPECT_EQ(numbers("Chunk ", 15), (Lines{"07", "08", "09", "10", "11", "12", "13", "14"}));
    EXPECT_EQ(numbers("Chunk ", 10), (Lines{"07", "09", "10"}));
}

TEST_F(LiveView, TellsHowManySlotsThereAreBesideThoseThatFit) {
    state.status.slots.clear();
    for (int number = 1; number <= 20; ++number)
        state.status.slots.push_back(number == 1 || number == 3 ? idle_slot(number)
                                                                : busy_slot(number, "a.mp4", 24));
    EXPECT_EQ(numbers("Slot ", 12), (Lines{"02", "04", "05", "06", "07"}));
    EXPECT_EQ(lines(12)[9], "and 15 more slots");
    EXPECT_EQ(numbers("Slot ", 60).size(), 20U);
    state.status.slots.resize(5);
    EXPECT_EQ(lines(10)[7], "and 2 more slots");
}

TEST_F(LiveView, KeepsRoomForAMessageWhereThereAreManySlots) {
    for (int number = 3; number <= 40; ++number)
        state.status.slots.push_back(busy_slot(number, "a.mp4", 24));
    const auto shown = lines(24);
    EXPECT_NE(std::find(shown.begin(), shown.end(), "12:00:01  sample0.mp4 is done"), shown.end());
}

TEST_F(LiveView, ShowsTheNewestMessagesAndTheHolds) {
    state.status.state = "paused";
    state.status.holds = {{"operator", "lunch", "2026-01-01T12:00:00Z", "2026-01-01T14:00:00Z"}};
    state.messages.clear();
    for (int number = 10; number < 60; ++number)
        state.messages.push_back({fmt::format("12:00:{}", number), "x", Style::plain});
    const auto shown = lines(16);
    EXPECT_EQ(
        (Lines(shown.begin(), shown.begin() + 8)),
        (Lines{
            "12:00:56  x",
            "12:00:57  x",
            "12:00:58  x",
            "12:00:59  x",
            "────────────────────────────────────────────────────────────────────────────────",
            "Machine  m1 (av1encd 0.1.0)                                              q quits",
            "State    paused",
            "Hold     operator since 2026-01-01 12:00:00 until 2026-01-01 14:00:00: lunch",
        }));
}

TEST_F(LiveView, SaysWhyTheDaemonTellsNothing) {
    state.trouble = "gone since 12:00:05; trying again";
    const auto shown = lines(14);
    EXPECT_EQ(shown[3],
              "Daemon   gone since 12:00:05; trying again                               q quits");
    EXPECT_EQ(shown[4], "Machine  m1 (av1encd 0.1.0)");
    EXPECT_EQ(shown[5], "State    unknown");
}

TEST_F(LiveView, HasColoursOnlyWhereThereAreSome) {
    for (const auto& line : lines(16))
        EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
    screen.colour = Colour::ansi;
    auto shown = lines(16);
    EXPECT_EQ(shown[4], "\x1b[2m12:00:01\x1b[0m  \x1b[32msample0.mp4 is done\x1b[0m");
    EXPECT_EQ(shown[11], "Slot 01 | [24] sample1.mp4     \x1b[36m██████\x1b[0m    84MB/100MB "
                         "[00:24<00:05, 3.5MB/s]");
    EXPECT_EQ(shown[12], "\x1b[2mSlot 02 | Waiting...\x1b[0m");
    EXPECT_EQ(shown[14], "Chunk 01                       \x1b[32m████████\x1b[0m 145MB/150MB "
                         "✓ size=145MB • elapsed=00:39");
    state.status.state = "paused";
    shown = lines(16);
    EXPECT_EQ(shown[7], "State    \x1b[33mpaused\x1b[0m");
    EXPECT_NE(shown[11].find("\x1b[33m██████\x1b[0m"), std::string::npos);
}

TEST_F(LiveView, EndsAStyleThatIsCut) {
    screen.colour = Colour::ansi;
    screen.columns = 20;
    EXPECT_EQ(lines(16)[4], "\x1b[2m12:00:01\x1b[0m  \x1b[32msample0.m…\x1b[0m");
}

TEST_F(LiveView, ShowsNothingOfOthersThatWouldDisturbTheScreen) {
    state.status.machine = "m\x1b[2J";
    state.status.slots[0].source = "a\n\xe2\x80\xae.mp4";
    EventStatus event;
    event.event = "note";
    event.time = "2026-01-01T12:00:00Z";
    event.message = "\x1b]0;title\x07";
    state.messages = {*message_of(event)};
    const auto shown = lines(16);
    EXPECT_EQ(shown[4], "12:00:00  \\x1b]0;title\\x07");
    EXPECT_TRUE(shown[6].starts_with("Machine  m\\x1b[2J (av1encd 0.1.0)"));
    EXPECT_TRUE(shown[11].starts_with("Slot 01 | [24] a\\x0a\\x")) << shown[11];
}

TEST_F(LiveView, CutsWideCharactersWhereTheyFit) {
    state.status.slots[0].source = "映画映画映画映画映画映画.mp4";
    EXPECT_EQ(lines(16)[11],
              "Slot 01 | [24] 映画映…画.mp4   ██████    84MB/100MB [00:24<00:05, 3.5MB/s]");
    state.messages = {{"12:00:01", "映画映画映画", Style::plain}};
    screen.columns = 16;
    EXPECT_EQ(lines(16)[4], "12:00:01  映画…");
}

TEST_F(LiveView, IsShownOnceAsAWholeWhereThereIsNoTerminal) {
    screen.columns.reset();
    EXPECT_EQ(render_once(state.status, screen),
              "Machine  m1 (av1encd 0.1.0)\n"
              "State    running\n"
              "Jobs     3 waiting, 2 active, 12 done, 4 failed, 5 skipped, 1 unreadable\n"
              "Totals   1.2GB in 1:02:03, 18.4 MiB/min\n"
              "\n"
              "Slot 01 | [24] sample1.mp4      ██████    84MB/100MB [00:24<00:05, 3.5MB/s]\n"
              "Slot 02 | Waiting...\n"
              "─────────────────────────────────────────────────────────────────────────────────\n"
              "Chunk 01                        ████████ 145MB/150MB ✓ size=145MB • elapsed=00:39\n"
              "Chunk 02                        ██        50MB/200MB [00:10<00:30, 5.0MB/s]\n");
}

TEST(LiveMessage, ComesOfEveryEventButThoseThatTheBarsShow) {
    ::setenv("TZ", "UTC0", 1);
    ::tzset();
    EventStatus event;
    event.time = "2026-01-01T12:00:00Z";
    event.event = "source-failed";
    event.source = "a.mp4";
    event.message = "it is damaged";
    EXPECT_EQ(message_of(event), (LiveMessage{"12:00:00", "a.mp4: it is damaged", Style::bad}));
    event.event = "something-new";
    EXPECT_EQ(message_of(event), (LiveMessage{"12:00:00", "a.mp4: it is damaged", Style::plain}));
    for (const auto* word : {"progress", "segment-started", "segment-done"}) {
        event.event = word;
        EXPECT_EQ(message_of(event), std::nullopt);
    }
}

} // namespace
} // namespace av1encd
