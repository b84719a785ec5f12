#include "daemon/core/memory_limits.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

constexpr std::uint64_t mib = 1ULL << 20;
constexpr std::uint64_t gib = 1ULL << 30;
constexpr MachineSize large{2, 256 * gib};

StreamInfo pictures(int width, int height, const std::string& format) {
    StreamInfo video;
    video.width = width;
    video.height = height;
    video.pixel_format = format;
    return video;
}

VideoPlan plan(Encoder encoder, int width, int height, const std::string& format) {
    VideoPlan video;
    video.encoder = encoder;
    video.source = pictures(width, height, format);
    return video;
}

TEST(MemoryLimits, AreAtLeastTwiceWhatWasSeen) {
    // bench/memory on two cores: VmData in MiB.
    struct Seen {
        Encoder encoder;
        int width, height, threads;
        std::uint64_t mebibytes;
        const char* format = "yuv420p";
    };
    for (const auto& seen : {Seen{Encoder::libsvtav1, 640, 360, 0, 846},
                             {Encoder::libaom_av1, 640, 360, 0, 164},
                             {Encoder::librav1e, 640, 360, 0, 282},
                             {Encoder::libsvtav1, 1920, 1080, 0, 1615},
                             {Encoder::libsvtav1, 1920, 1080, 1, 675},
                             {Encoder::libaom_av1, 1920, 1080, 1, 574},
                             {Encoder::librav1e, 1920, 1080, 0, 1500},
                             {Encoder::libsvtav1, 3840, 2160, 0, 5918, "yuv420p10le"},
                             {Encoder::libaom_av1, 3840, 2160, 0, 3800, "yuv420p10le"},
                             {Encoder::librav1e, 3840, 2160, 0, 5986, "yuv420p10le"}})
        EXPECT_GE(memory_to_encode(plan(seen.encoder, seen.width, seen.height, seen.format),
                                   seen.threads, large),
                  2 * seen.mebibytes * mib)
            << to_string(seen.encoder) << ' ' << seen.width;
}

TEST(MemoryLimits, AreAboveAnyBombAndGrowWithThePicture) {
    const auto look = memory_to_look(large);
    EXPECT_LE(look, 3 * gib);
    const auto small = memory_to_decode(pictures(640, 360, "yuv420p"), large);
    EXPECT_LE(small, 3 * gib);
    EXPECT_EQ(memory_to_decode(pictures(1920, 1080, "yuv420p"), large), small);
    const auto eight_bits = memory_to_decode(pictures(3840, 2160, "yuv420p"), large);
    EXPECT_GT(eight_bits, small);
    EXPECT_GT(memory_to_decode(pictures(3840, 2160, "yuv420p10le"), large), eight_bits);
    EXPECT_GT(memory_to_decode(pictures(3840, 2160, "yuv444p"), large), eight_bits);
    EXPECT_GE(memory_to_decode(pictures(3840, 2160, "a new one"), large),
              memory_to_decode(pictures(3840, 2160, "yuv444p16le"), large));
}

TEST(MemoryLimits, GrowWithThreadsAndWithArgumentsOfWhichNothingIsKnown) {
    auto video = plan(Encoder::libsvtav1, 1920, 1080, "yuv420p");
    const auto one = memory_to_encode(video, 1, large);
    EXPECT_GT(memory_to_encode(video, 8, large), one);
    EXPECT_EQ(memory_to_encode(video, 0, large), memory_to_encode(video, 2, large));
    video.extra_args = {"-svtav1-params", "lookahead=120"};
    EXPECT_GT(memory_to_encode(video, 1, large), one);
}

TEST(MemoryLimits, AreNoMoreThanTheMachineHasButForStacksThatNobodyTouches) {
    const MachineSize small{2, gib};
    const auto video = plan(Encoder::libaom_av1, 16384, 8192, "yuv420p");
    EXPECT_LE(memory_to_look(small), gib + 64 * mib);
    EXPECT_LE(memory_to_decode(video.source, small), gib + 64 * mib);
    EXPECT_LE(memory_to_encode(video, 2, small), gib + 256 * mib);
    EXPECT_GT(memory_to_look({2, 0}), gib) << "a machine of unknown size";
}

} // namespace
} // namespace av1encd
