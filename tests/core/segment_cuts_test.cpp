#include "daemon/core/segment_cuts.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

using Ranges = std::vector<SegmentRange>;

/// Ten ticks a picture; keyframes at these pictures.
CutPlaces video_of(std::uint64_t pictures, const std::vector<std::uint64_t>& keyframes) {
    PacketTimes packets;
    packets.promised_pictures = pictures;
    packets.last_time = static_cast<std::int64_t>(pictures) * 10;
    for (const auto keyframe : keyframes)
        packets.keyframes.push_back({static_cast<std::int64_t>(keyframe) * 10, keyframe});
    return cut_places(packets, 0);
}

constexpr SegmentRange whole{0, std::nullopt};

TEST(SegmentCuts, AreAtTheKeyframeNearestToTheWishedLength) {
    const auto video = video_of(1000, {0, 90, 220, 290, 520, 790});
    EXPECT_EQ(cut_by_length(video, whole, 2500),
              (Ranges{{0, 2200}, {2200, 5200}, {5200, 7900}, {7900, std::nullopt}}));
}

TEST(SegmentCuts, MakeNoSegmentShorterThanHalfOfTheWishedLength) {
    const auto video = video_of(400, {0, 120, 130, 250, 390});
    EXPECT_EQ(cut_by_length(video, whole, 2500), (Ranges{{0, 2500}, {2500, std::nullopt}}));
    EXPECT_EQ(cut_by_length(video, whole, 2600), (Ranges{{0, 2500}, {2500, std::nullopt}}));
    EXPECT_EQ(cut_by_length(video, whole, 3200), (Ranges{whole}));
}

TEST(SegmentCuts, PreferANewSceneToAKeyframeThatWasOnlyOverdue) {
    // 250 is the encoder's longest distance.
    const auto video = video_of(720, {0, 250, 285, 378, 553});
    EXPECT_EQ(cut_by_pictures(video, whole, 180),
              (Ranges{{0, 2850}, {2850, 5530}, {5530, std::nullopt}}));
}

TEST(SegmentCuts, ArePlacedWhereTheyCostLittle) {
    auto video = video_of(1000, {0, 190, 250, 400, 560, 760});
    EXPECT_TRUE(mark_costly(video, 2500));
    EXPECT_FALSE(mark_costly(video, 2500));
    EXPECT_FALSE(mark_costly(video, 2510));
    EXPECT_EQ(cut_by_length(video, whole, 2500),
              (Ranges{{0, 1900}, {1900, 4000}, {4000, 5600}, {5600, 7600}, {7600, std::nullopt}}));
}

TEST(SegmentCuts, AreMadeAtACostlyPlaceSoThatACrashCostsNoMoreThanWished) {
    auto video = video_of(1000, {0, 100, 250, 490, 700, 900});
    mark_costly(video, 2500);
    EXPECT_EQ(cut_by_length(video, whole, 2500).front(), (SegmentRange{0, 2500}));
}

TEST(SegmentCuts, ThatAreToSaveTimeAreNotMadeAtACostlyPlace) {
    auto video = video_of(720, {0, 250, 285, 378, 553});
    mark_costly(video, 2850);
    mark_costly(video, 2500);
    EXPECT_EQ(cut_by_pictures(video, whole, 180),
              (Ranges{{0, 3780}, {3780, 5530}, {5530, std::nullopt}}));
    mark_costly(video, 3780);
    mark_costly(video, 5530);
    EXPECT_EQ(cut_by_pictures(video, whole, 180), Ranges{whole});
}

TEST(SegmentCuts, MakeNoneWithFewerThanAHundredPictures) {
    const auto video = video_of(350, {0, 50, 120, 180, 260, 300});
    EXPECT_EQ(cut_by_pictures(video, whole, 1), (Ranges{{0, 1200}, {1200, std::nullopt}}));
}

TEST(SegmentCuts, AreMadeInAPartOfTheVideoToo) {
    const auto video = video_of(1000, {0, 200, 400, 600, 800});
    EXPECT_EQ(cut_by_pictures(video, {2000, 8000}, 200),
              (Ranges{{2000, 4000}, {4000, 6000}, {6000, 8000}}));
}

TEST(SegmentCuts, LeaveWhatIsHardlyLongerThanWishedWhole) {
    const auto video = video_of(350, {0, 100, 150, 200, 300});
    EXPECT_EQ(cut_by_length(video, whole, 2500), Ranges{whole});
}

TEST(SegmentCuts, LeaveAVideoWithOneKeyframeWhole) {
    EXPECT_EQ(cut_by_length(video_of(9000, {0}), whole, 2500), Ranges{whole});
}

TEST(SegmentCuts, LeaveAVideoWholeWhoseTimesJumpBack) {
    PacketTimes packets;
    packets.promised_pictures = 1000;
    packets.keyframes = {{0, 0}, {100, 500}};
    packets.jumps_back = true;
    EXPECT_TRUE(cut_places(packets, 0).places.empty());
}

TEST(SegmentCuts, AreNotBeforeTheFirstPicture) {
    PacketTimes packets;
    packets.promised_pictures = 8;
    packets.last_time = 70;
    packets.keyframes = {{-20, 0}, {20, 0}, {50, 4}};
    EXPECT_EQ(cut_places(packets, 20), (CutPlaces{20, 70, 8, {{50, 4, true}}}));
}

TEST(SegmentCuts, SayHowManyPicturesAreInARange) {
    const auto video = video_of(1000, {0, 200, 400});
    EXPECT_EQ(pictures_in(video, whole), 1000U);
    EXPECT_EQ(pictures_in(video, {2000, 4000}), 200U);
    EXPECT_EQ(pictures_in(video, {4000, std::nullopt}), 600U);
}

TEST(SegmentCuts, FindWhatNoKeptSegmentCovers) {
    const auto video = video_of(1000, {0, 200, 400, 600, 800});
    EXPECT_EQ(gaps_between(video, {}), Ranges{whole});
    EXPECT_EQ(gaps_between(video, {{6000, 8000}, {2000, 4000}}),
              (Ranges{{0, 2000}, {4000, 6000}, {8000, std::nullopt}}));
    EXPECT_EQ(gaps_between(video, {{0, 4000}, {4000, std::nullopt}}), Ranges{});
}

} // namespace
} // namespace av1encd
