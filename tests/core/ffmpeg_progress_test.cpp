#include "daemon/core/ffmpeg_progress.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace av1encd {
namespace {

using namespace std::chrono_literals;

std::vector<Progress> progress_of(const std::vector<std::string_view>& lines) {
    ProgressParser parser;
    std::vector<Progress> all;
    for (const auto line : lines)
        if (const auto progress = parser.take_line(line))
            all.push_back(*progress);
    return all;
}

TEST(FfmpegProgress, IsGivenAtTheEndOfEachBlock) {
    const std::vector<Progress> expected = {{17, 4.53, 640'000us, 1659, false},
                                            {25, 5.0, 1'000'000us, 14'321, true}};
    EXPECT_EQ(expected,
              progress_of({"frame=17", "fps=4.53", "stream_0_0_q=0.0", "bitrate= 112.3kbits/s",
                           "total_size=1659", "out_time_us=640000", "out_time_ms=640000",
                           "out_time=00:00:00.640000", "dup_frames=0", "drop_frames=0",
                           "speed=0.5x", "progress=continue", "frame=25", "fps=5.0",
                           "total_size=14321", "out_time_us=1000000", "progress=end"}));
}

TEST(FfmpegProgress, LeavesWhatFfmpegDoesNotKnowAtZero) {
    EXPECT_EQ((std::vector<Progress>{{1, 0, 0us, 0, false}}),
              progress_of({"frame=    1", "fps=0.00", "bitrate=N/A", "total_size=N/A",
                           "out_time_us=N/A", "progress=continue"}));
}

TEST(FfmpegProgress, SaysNothingForLinesThatEndNoBlock) {
    EXPECT_EQ(std::vector<Progress>{}, progress_of({"", "Svt[info]: ----", "frame=3", "="}));
}

} // namespace
} // namespace av1encd
