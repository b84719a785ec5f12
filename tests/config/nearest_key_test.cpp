#include "daemon/config_file/nearest_key.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

TEST(NearestKey, ASlipOfTheFingerIsRecognised) {
    EXPECT_EQ(hint_for_unknown_key("chunksize"), "; did you mean 'chunk_size'?");
    EXPECT_EQ(hint_for_unknown_key("encode.presett"), "; did you mean 'encode.preset'?");
    EXPECT_EQ(hint_for_unknown_key("encode.audio.bit_rate"),
              "; did you mean 'encode.audio.bitrate'?");
    EXPECT_EQ(hint_for_unknown_key("Schedule"), "; did you mean 'schedule'?");
}

TEST(NearestKey, ASectionIsNearToo) {
    EXPECT_EQ(hint_for_unknown_key("cpu-watchdog"), "; did you mean 'cpu_watchdog'?");
    EXPECT_EQ(hint_for_unknown_key("audio"), "; did you mean 'encode.audio'?");
}

TEST(NearestKey, AKeyInTheWrongSectionIsFound) {
    EXPECT_EQ(hint_for_unknown_key("preset"), "; did you mean 'encode.preset'?");
    EXPECT_EQ(hint_for_unknown_key("share.chunk_size"), "; did you mean 'chunk_size'?");
}

TEST(NearestKey, OfTwoEquallyNearTheOneInTheSameSectionWins) {
    EXPECT_EQ(hint_for_unknown_key("finish_boost.nise"), "; did you mean 'finish_boost.nice'?");
    EXPECT_EQ(hint_for_unknown_key("priority.nise"), "; did you mean 'priority.nice'?");
}

TEST(NearestKey, AKeyWrittenWithDotsIsExplained) {
    EXPECT_EQ(hint_for_unknown_key("share.root"), "; write 'root' below 'share'");
}

TEST(NearestKey, AnotherWordIsNotGuessedAt) {
    EXPECT_EQ(hint_for_unknown_key("foo"), "");
    EXPECT_EQ(hint_for_unknown_key(""), "");
    EXPECT_EQ(hint_for_unknown_key("database"), "");
}

} // namespace
} // namespace av1encd
