#include "daemon/core/screen_content.hpp"

#include "tests/support/ivf.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace av1encd {
namespace {

using Keyframes = std::vector<KeyframeContent>;

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values)
        text.push_back(static_cast<char>(value));
    return text;
}

/// IVF with times in 1/`clock`.
std::string file_header(std::uint32_t clock) {
    return "DKIF" + bytes({0, 0, 32, 0}) + "AV01" + little_endian(96, 2) + little_endian(64, 2) +
           little_endian(clock, 4) + little_endian(1, 4) + std::string(8, '\xff');
}

std::string frame(std::int64_t time, const std::string& unit) {
    return little_endian(unit.size(), 4) + little_endian(static_cast<std::uint64_t>(time), 8) +
           unit;
}

const std::string delimiter = bytes({0x12, 0});
const std::string sequence = bytes({0x0a, 3, 0x00, 0, 0});

/// A key frame as libaom writes it, with a long rest.
std::string key_frame(bool screen, std::size_t rest = 1000) {
    const auto size = 1 + rest;
    return delimiter + sequence +
           bytes({0x32, static_cast<int>(size & 0x7f) | 0x80, static_cast<int>(size >> 7),
                  screen ? 0x14 : 0x10}) +
           std::string(rest, '\x5a');
}

Keyframes parse(const std::string& text, std::size_t piece = std::string::npos) {
    ScreenContentParser parser({1, 12800});
    Keyframes all;
    for (std::size_t at = 0; at < text.size(); at += std::min(piece, text.size() - at)) {
        const auto found = parser.feed(std::string_view(text).substr(at, piece));
        all.insert(all.end(), found.begin(), found.end());
    }
    return all;
}

const std::string three_keyframes = file_header(12800) + frame(-512, key_frame(false)) +
                                    frame(0, key_frame(true, 20)) +
                                    frame(1LL << 40, key_frame(false, 70));

TEST(ScreenContent, IsReadOfEachKeyframe) {
    EXPECT_EQ(parse(three_keyframes), (Keyframes{{-512, false}, {0, true}, {1LL << 40, false}}));
}

TEST(ScreenContent, IsReadOfPiecesOfAnySize) {
    for (const std::size_t piece : {1U, 2U, 7U, 31U, 300U, 1040U})
        EXPECT_EQ(parse(three_keyframes, piece), parse(three_keyframes)) << piece;
}

TEST(ScreenContent, IsKnownAsSoonAsTheHeadersAreThere) {
    const auto first = file_header(12800) + frame(7, key_frame(true));
    EXPECT_EQ(parse(first.substr(0, first.size() - 700)), (Keyframes{{7, true}}));
}

TEST(ScreenContent, IsNotReadInTimesThatAreNotTheSources) {
    EXPECT_EQ(parse(file_header(1000) + frame(0, key_frame(true))), Keyframes{});
}

TEST(ScreenContent, IsNotReadOfAnythingElse) {
    EXPECT_EQ(parse(std::string(500, 'x')), Keyframes{});
    EXPECT_EQ(parse(""), Keyframes{});
    ScreenContentParser parser({1, 12800});
    EXPECT_FALSE(parser.gave_up());
    parser.feed(std::string(32, 'x'));
    EXPECT_TRUE(parser.gave_up());
}

TEST(ScreenContent, IsLeftOpenWhereFramesAreWrittenOtherwise) {
    const auto still = delimiter + bytes({0x0a, 3, 0x18, 0, 0, 0x32, 1, 0x14});
    const auto timed = delimiter + bytes({0x0a, 3, 0x04, 0, 0, 0x32, 1, 0x14});
    const auto inter = delimiter + sequence + bytes({0x32, 1, 0x34});
    const auto no_size = bytes({0x10, 0});
    const auto endless_size = bytes({0x12, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80});
    const auto longer_than_it_is = bytes({0x12, 0x7f});
    for (const auto& unit : {still, timed, inter, no_size, endless_size, longer_than_it_is})
        EXPECT_EQ(parse(file_header(12800) + frame(0, unit) + frame(5, key_frame(true))),
                  (Keyframes{{0, std::nullopt}, {5, true}}));
}

TEST(ScreenContent, IsReadPastAFrameOfNothing) {
    EXPECT_EQ(parse(file_header(12800) + frame(0, "") + frame(5, key_frame(true))),
              (Keyframes{{5, true}}));
}

TEST(ScreenContent, IsReadPastMetadata) {
    const auto metadata = bytes({0x2e, 0x00, 2, 1, 1}); // with an extension byte
    const auto unit = delimiter + sequence + metadata + bytes({0x32, 1, 0x14});
    EXPECT_EQ(parse(file_header(12800) + frame(3, unit)), (Keyframes{{3, true}}));
}

} // namespace
} // namespace av1encd
