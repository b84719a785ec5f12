#include "common/source_text.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

TEST(SourceText, LeavesPlainNamesAndUtf8AsTheyAre) {
    EXPECT_EQ(source_to_text("sub/a b'\"%03d:.mp4"), "sub/a b'\"%03d:.mp4");
    EXPECT_EQ(source_to_text("Bücher/映画\U0001F3AC.mp4"), "Bücher/映画\U0001F3AC.mp4");
}

TEST(SourceText, DoublesABackslash) {
    EXPECT_EQ(source_to_text("a\\x41"), "a\\\\x41");
}

TEST(SourceText, WritesBytesThatAreNotUtf8InHex) {
    EXPECT_EQ(source_to_text("caf\xe9.mp4"), "caf\\xe9.mp4");
    EXPECT_EQ(source_to_text("\x80"), "\\x80");
    EXPECT_EQ(source_to_text("cut\xe6\x98"), "cut\\xe6\\x98");
}

TEST(SourceText, TakesNoFormOfUtf8ThatRfc3629Forbids) {
    EXPECT_EQ(source_to_text("\xc0\xaf"), "\\xc0\\xaf");
    EXPECT_EQ(source_to_text("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");
    EXPECT_EQ(source_to_text("\xf0\x80\x80\xaf"), "\\xf0\\x80\\x80\\xaf");
    EXPECT_EQ(source_to_text("\xed\xa0\x80"), "\\xed\\xa0\\x80");
    EXPECT_EQ(source_to_text("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
    EXPECT_EQ(source_to_text("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80");
}

TEST(SourceText, GivesEverySequenceOfTwoBytesBack) {
    for (int first = 1; first < 256; ++first)
        for (int second = 1; second < 256; ++second) {
            const std::string bytes = {static_cast<char>(first), static_cast<char>(second)};
            ASSERT_EQ(source_from_text(source_to_text(bytes)), bytes) << first << ' ' << second;
            ASSERT_EQ(source_from_text(source_for_display(bytes)), bytes) << first << ' ' << second;
        }
}

TEST(SourceText, TakesHexDigitsOfEitherCase) {
    EXPECT_EQ(source_from_text("\\xE9\\xe9"), "\xe9\xe9");
}

TEST(SourceText, RefusesEscapesThatItDoesNotWrite) {
    for (const auto* text : {"\\", "\\n", "\\x", "\\x4", "\\xg0", "\\X41", "a\\", "\\\\\\"})
        EXPECT_EQ(source_from_text(text), std::nullopt) << text;
}

TEST(SourceText, RefusesANulHoweverItIsWritten) {
    EXPECT_EQ(source_from_text("\\x00"), std::nullopt);
    EXPECT_EQ(source_from_text(std::string_view("a\0b", 3)), std::nullopt);
}

TEST(SourceText, ShowsWhatWouldDisturbALineInHex) {
    EXPECT_EQ(source_for_display("a\n\x1b[31m\x7f"), "a\\x0a\\x1b[31m\\x7f");
    EXPECT_EQ(source_for_display("\u0085"), "\\xc2\\x85");
    EXPECT_EQ(source_for_display("a\u202Ecod.exe\u2069"), "a\\xe2\\x80\\xaecod.exe\\xe2\\x81\\xa9");
    EXPECT_EQ(source_for_display("\u00a0é\\\xff"), "\u00a0é\\\\\\xff");
}

TEST(SourceText, KeepsControlCharactersInTextForMachines) {
    EXPECT_EQ(source_to_text("a\n"), "a\n");
}

TEST(SourceText, MakesTheTextOfOthersSafeForOneLine) {
    EXPECT_EQ(printable("[mp4 @ 0x1] C:\\x \x1b]0;title\x07"),
              "[mp4 @ 0x1] C:\\x \\x1b]0;title\\x07");
    EXPECT_EQ(printable("caf\xe9!"), "caf\uFFFD!");
    EXPECT_EQ(printable("\u200ftext\n"), "\\xe2\\x80\\x8ftext\\x0a");
}

TEST(SourceText, ShowsTheTextOfASourceAsItShowsItsBytes) {
    const std::string bytes = "a\\b\n\xff\u202E.mp4";
    EXPECT_EQ(printable(source_to_text(bytes)), source_for_display(bytes));
}

} // namespace
} // namespace av1encd
