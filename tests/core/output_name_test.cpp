#include "daemon/core/output_name.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

TEST(OutputName, KeepsFoldersAndBaseName) {
    EXPECT_EQ(output_name("sub/folder/a.mp4", Container::mp4, 0), "sub/folder/a.mp4");
    EXPECT_EQ(output_name("a.b.MOV", Container::mkv, 0), "a.b.mkv");
}

TEST(OutputName, TakesTheWholeNameNextWhereTheExtensionDiffers) {
    EXPECT_EQ(output_name("s/a.mkv", Container::mp4, 1), "s/a.mkv.mp4");
    EXPECT_EQ(output_name("s/a.mkv", Container::mp4, 2), "s/a (2).mp4");
    EXPECT_EQ(output_name("s/a.mkv", Container::mp4, 3), "s/a (3).mp4");
}

TEST(OutputName, NumbersAtOnceWhereTheExtensionIsTheContainers) {
    EXPECT_EQ(output_name("a.MP4", Container::mp4, 1), "a (2).mp4");
    EXPECT_EQ(output_name("a.mp4", Container::mp4, 2), "a (3).mp4");
}

TEST(OutputName, TakesANameOfOnlyAnExtensionForItsStem) {
    EXPECT_EQ(output_name("s/.mp4", Container::mp4, 0), "s/.mp4.mp4");
}

TEST(OutputName, StaysWithin255BytesAndCutsNoCharacterInHalf) {
    const std::string longest = std::string(251, 'n') + ".mp4";
    EXPECT_EQ(output_name(longest, Container::mp4, 0), longest);
    EXPECT_EQ(output_name(longest, Container::mp4, 1), std::string(247, 'n') + " (2).mp4");
    const std::string umlauts = std::string(246, 'n') + "\xc3\xa4\xc3\xa4" + ".mp4";
    EXPECT_EQ(output_name(umlauts, Container::mp4, 1), std::string(246, 'n') + " (2).mp4");
}

} // namespace
} // namespace av1encd
