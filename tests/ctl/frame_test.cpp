#include "ctl/frame.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

const std::string begin = "\x1b[?2026h";
const std::string end = "\x1b[?2026l";

TEST(Frame, IsDrawnAsAWholeOnATerminalThatShowsAnything) {
    const Frame next{{5, 3}, {"abc", "abcde"}};
    const auto whole = begin + "\x1b[1;1Habc\x1b[K\x1b[2;1Habcde\x1b[3;1H\x1b[K" + end;
    EXPECT_EQ(update(std::nullopt, next), whole);
    EXPECT_EQ(update(Frame{{6, 3}, {"abc", "abcde"}}, next), whole);
}

TEST(Frame, IsDrawnWhereItDiffersFromTheOneBefore) {
    EXPECT_EQ(update(Frame{{9, 3}, {"one", "two", "three"}}, {{9, 3}, {"one", "2"}}),
              begin + "\x1b[2;1H2\x1b[K\x1b[3;1H\x1b[K" + end);
}

TEST(Frame, CostsNothingWhereItIsTheSame) {
    EXPECT_EQ(update(Frame{{9, 2}, {"one", ""}}, {{9, 2}, {"one"}}), "");
}

TEST(Frame, ErasesNoCharacterInTheLastColumn) {
    EXPECT_EQ(update(std::nullopt, {{4, 1}, {"\x1b[2m映画\x1b[0m"}}),
              begin + "\x1b[1;1H\x1b[2m映画\x1b[0m" + end);
}

} // namespace
} // namespace av1encd
