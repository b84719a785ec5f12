#include "daemon/core/pixel_format.hpp"

#include <gtest/gtest.h>

#include <map>

namespace av1encd {
namespace {

Av1Format nearest_to(std::string_view name) {
    return nearest_av1_format(parse_pixel_format(name).value());
}

TEST(PixelFormat, IsReadFromItsName) {
    EXPECT_EQ((PixelFormat{Chroma::yuv420, 8, false, false}), parse_pixel_format("yuv420p"));
    EXPECT_EQ((PixelFormat{Chroma::yuv422, 10, true, false}), parse_pixel_format("yuva422p10be"));
    EXPECT_EQ((PixelFormat{Chroma::yuv420, 8, false, true}), parse_pixel_format("yuvj420p"));
    EXPECT_EQ((PixelFormat{Chroma::rgb, 32, true, false}), parse_pixel_format("gbrapf32le"));
    EXPECT_EQ((PixelFormat{Chroma::none, 14, false, false}), parse_pixel_format("gray14le"));
}

TEST(PixelFormat, OfHardwareOrNonsenseIsNotKnown) {
    for (const auto* const name : {"", "le", "vaapi", "bayer_rggb8", "yuv420p99", "yuv420px"})
        EXPECT_EQ(std::nullopt, parse_pixel_format(name)) << name;
}

TEST(Av1Format, IsTheSourcesWhereAv1CanHoldIt) {
    for (const std::string name :
         {"yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le",
          "yuv420p12le", "yuv422p12le", "yuv444p12le", "gbrp", "gbrp10le", "gbrp12le", "gray",
          "gray10le", "gray12le"}) {
        const auto same = parse_pixel_format(name).value();
        EXPECT_EQ((Av1Format{same, name, {}}), nearest_to(name));
    }
}

TEST(Av1Format, IsAnotherNotationOfTheSamePicture) {
    const std::map<std::string, std::string> pairs = {{"yuvj420p", "yuv420p"},
                                                      {"nv12", "yuv420p"},
                                                      {"p010le", "yuv420p10le"},
                                                      {"yuyv422", "yuv422p"},
                                                      {"rgb24", "gbrp"},
                                                      {"bgr0", "gbrp"},
                                                      {"pal8", "gbrp"},
                                                      {"monob", "gray"},
                                                      {"yuv420p9le", "yuv420p10le"},
                                                      {"gray9be", "gray10le"},
                                                      {"yuv444p10be", "yuv444p10le"}};
    for (const auto& [source, expected] : pairs) {
        EXPECT_EQ(expected, nearest_to(source).name) << source;
        EXPECT_EQ(std::vector<std::string>{}, nearest_to(source).notes) << source;
    }
}

TEST(Av1Format, NeverHasLessChroma) {
    const std::vector<std::string> notes = {
        "the chroma is enlarged to yuv422p, the nearest that AV1 has"};
    EXPECT_EQ((Av1Format{{Chroma::yuv422, 8}, "yuv422p", notes}), nearest_to("yuv411p"));
    EXPECT_EQ("yuv444p", nearest_to("yuv440p").name);
    EXPECT_EQ("yuv420p", nearest_to("yuv410p").name);
}

TEST(Av1Format, SaysThatAlphaAndBitsAreLost) {
    const std::vector<std::string> alpha = {"the alpha channel is left out: AV1 has none"};
    EXPECT_EQ((Av1Format{{Chroma::rgb, 8}, "gbrp", alpha}), nearest_to("rgba"));
    const std::vector<std::string> bits = {
        "16 bits of a component become 12, the most that AV1 has"};
    EXPECT_EQ((Av1Format{{Chroma::none, 12}, "gray12le", bits}), nearest_to("gray16le"));
    const std::vector<std::string> floating = {
        "floating point bits of a component become 12, the most that AV1 has"};
    EXPECT_EQ((Av1Format{{Chroma::rgb, 12}, "gbrp12le", floating}), nearest_to("gbrpf32le"));
}

} // namespace
} // namespace av1encd
