#include "common/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace av1encd {
namespace {

std::pair<std::size_t, char32_t> first(std::string_view text) {
    const auto character = first_character(text);
    return {character.bytes, character.code};
}

using Character = std::pair<std::size_t, char32_t>;

TEST(Utf8, TakesTheFirstCharacterOfEachLength) {
    EXPECT_EQ(first("ab"), Character(1, U'a'));
    EXPECT_EQ(first("éb"), Character(2, U'é'));
    EXPECT_EQ(first("映b"), Character(3, U'映'));
    EXPECT_EQ(first("\U0001F3ACb"), Character(4, U'\U0001F3AC'));
    EXPECT_EQ(first("\U0010FFFF"), Character(4, U'\U0010FFFF'));
    EXPECT_EQ(first(std::string_view("\0", 1)), Character(1, 0));
}

TEST(Utf8, TakesNothingThatRfc3629Forbids) {
    for (const auto* text : {"\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf",
                             "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"})
        EXPECT_EQ(first(text), Character(0, 0)) << text;
}

TEST(Utf8, TakesNoCharacterThatIsCutShort) {
    EXPECT_EQ(first("\xc3"), Character(0, 0));
    EXPECT_EQ(first("\xe6\x98"), Character(0, 0));
    EXPECT_EQ(first("\xe6\x98z"), Character(0, 0));
}

TEST(Utf8, CutsBetweenCharacters) {
    EXPECT_EQ(cut_at_character("aéb", 4), "aéb");
    EXPECT_EQ(cut_at_character("aéb", 3), "aé");
    EXPECT_EQ(cut_at_character("aéb", 2), "a");
    EXPECT_EQ(cut_at_character("\xff\xff", 1), "\xff");
    EXPECT_EQ(cut_at_character("映", 2), "");
}

} // namespace
} // namespace av1encd
