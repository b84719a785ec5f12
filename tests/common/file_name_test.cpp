#include "common/file_name.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

TEST(FileName, APathIsFolderAndName) {
    EXPECT_EQ(base_name("a/b/c.mp4"), "c.mp4");
    EXPECT_EQ(folder_of("a/b/c.mp4"), "a/b");
    EXPECT_EQ(base_name("c.mp4"), "c.mp4");
    EXPECT_EQ(folder_of("c.mp4"), "");
}

TEST(FileName, TheNumberStandsBeforeTheExtension) {
    EXPECT_EQ(numbered_path("a.b/c.d.mp4", 2), "a.b/c.d (2).mp4");
    EXPECT_EQ(numbered_path("a.b/c", 13), "a.b/c (13)");
    EXPECT_EQ(numbered_path(".hidden", 2), ".hidden (2)");
    EXPECT_EQ(numbered_path("a.mp4", 1), "a.mp4");
}

TEST(FileName, ALongNameIsCutBeforeTheNumber) {
    EXPECT_EQ(numbered_path("d/" + std::string(251, 'x') + ".mp4", 2),
              "d/" + std::string(247, 'x') + " (2).mp4");
}

TEST(FileName, ANameIsCutBetweenCharacters) {
    // 83 characters of three bytes each are 249 bytes; of the 83rd only one byte would fit
    std::string name;
    for (int i = 0; i < 83; ++i)
        name += "\u65e5";
    EXPECT_EQ(numbered_path(name + ".mp4", 2), name.substr(0, 246) + " (2).mp4");
}

TEST(FileName, BytesThatAreNoTextAreCutAnywhere) {
    EXPECT_EQ(numbered_path(std::string(251, '\x80') + ".mp4", 2),
              std::string(247, '\x80') + " (2).mp4");
}

TEST(FileName, WhatFollowsALateDotIsNoExtension) {
    const auto name = "a." + std::string(253, 'x');
    EXPECT_EQ(numbered_path(name, 2), name.substr(0, 251) + " (2)");
}

TEST(FileName, ASuffixIsPutAfterTheExtension) {
    EXPECT_EQ(suffixed_path("s/a.mp4", ".rejected"), "s/a.mp4.rejected");
    EXPECT_EQ(suffixed_path(std::string(255, 'x'), ".error.txt"),
              std::string(245, 'x') + ".error.txt");
}

} // namespace
} // namespace av1encd
