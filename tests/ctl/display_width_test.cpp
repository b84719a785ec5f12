#include "ctl/display_width.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

TEST(DisplayWidth, CountsColumnsAndNotBytes) {
    EXPECT_EQ(display_width(""), 0U);
    EXPECT_EQ(display_width("abc"), 3U);
    EXPECT_EQ(display_width("Bücher"), 6U);
    EXPECT_EQ(display_width("映画"), 4U);
    EXPECT_EQ(display_width("\U0001F3AC"), 2U);
    EXPECT_EQ(display_width("u\u0308"), 1U);
    EXPECT_EQ(display_width("\uac00\uff21"), 4U);
}

TEST(DisplayWidth, CountsAByteThatIsNotUtf8AsAColumn) {
    EXPECT_EQ(display_width("a\xff"), 2U);
}

TEST(DisplayWidth, LeavesTheLocaleOfTheThreadAsItWas) {
    const auto before = ::uselocale(nullptr);
    display_width("映画");
    EXPECT_EQ(::uselocale(nullptr), before);
}

TEST(CutInTheMiddle, KeepsWhatFits) {
    EXPECT_EQ(cut_in_the_middle("abcdef", 6, Charset::utf8), "abcdef");
    EXPECT_EQ(cut_in_the_middle("映画", 4, Charset::utf8), "映画");
}

TEST(CutInTheMiddle, KeepsBothEnds) {
    EXPECT_EQ(cut_in_the_middle("holiday-2026-01.mp4", 11, Charset::utf8), "holid…1.mp4");
    EXPECT_EQ(cut_in_the_middle("holiday-2026-01.mp4", 11, Charset::ascii), "holi....mp4");
    EXPECT_EQ(cut_in_the_middle("abcdef", 4, Charset::utf8), "ab…f");
}

TEST(CutInTheMiddle, NeverCutsACharacterInTwo) {
    EXPECT_EQ(cut_in_the_middle("映画映画", 6, Charset::utf8), "映…画");
    EXPECT_EQ(cut_in_the_middle("映画映画", 7, Charset::utf8), "映…画");
    EXPECT_EQ(cut_in_the_middle("映画映画", 4, Charset::utf8), "映…");
}

TEST(CutInTheMiddle, KeepsTheBeginningWhereThereIsNoRoomForAnEllipsis) {
    EXPECT_EQ(cut_in_the_middle("abcdef", 1, Charset::utf8), "a");
    EXPECT_EQ(cut_in_the_middle("abcdef", 3, Charset::ascii), "abc");
    EXPECT_EQ(cut_in_the_middle("abcdef", 0, Charset::utf8), "");
}

TEST(CutAtEnd, KeepsTheBeginning) {
    EXPECT_EQ(cut_at_end("abcdef", 6, Charset::utf8), "abcdef");
    EXPECT_EQ(cut_at_end("abcdef", 4, Charset::utf8), "abc…");
    EXPECT_EQ(cut_at_end("abcdef", 4, Charset::ascii), "a...");
    EXPECT_EQ(cut_at_end("abcdef", 3, Charset::ascii), "abc");
    EXPECT_EQ(cut_at_end("abcdef", 0, Charset::utf8), "");
}

TEST(CutAtEnd, NeverCutsACharacterInTwo) {
    EXPECT_EQ(cut_at_end("映画映画", 6, Charset::utf8), "映画…");
    EXPECT_EQ(cut_at_end("a映画", 3, Charset::utf8), "a…");
    EXPECT_EQ(cut_at_end("映画a", 3, Charset::utf8), "映…");
}

TEST(CutAtEnd, EndsStylesThatItCuts) {
    const auto red = styled("abcdef", Style::bad, Colour::ansi);
    EXPECT_EQ(display_width(red), 6U);
    EXPECT_EQ(cut_at_end(red, 6, Charset::utf8), red);
    EXPECT_EQ(cut_at_end(red, 4, Charset::utf8), "\x1b[31mabc…\x1b[0m");
}

TEST(Aligned, FillsUpWithBlanksByColumns) {
    EXPECT_EQ(aligned("映", 4, Align::left), "映  ");
    EXPECT_EQ(aligned("映", 4, Align::right), "  映");
    EXPECT_EQ(aligned("abcdef", 4, Align::right), "abcdef");
}

} // namespace
} // namespace av1encd
