#include "daemon/core/source_check.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

using Lines = std::vector<std::string>;

PacketTimes promise(std::uint64_t pictures) {
    PacketTimes packets;
    packets.promised_pictures = pictures;
    packets.distinct_times = pictures;
    packets.keyframes = {{0, 0}};
    return packets;
}

FrameTimes pictures(std::size_t count, std::int64_t first = 0) {
    FrameTimes times;
    times.time_base = {1, 25};
    for (std::size_t i = 0; i < count; ++i) {
        times.pictures.push_back(first + static_cast<std::int64_t>(i));
    }
    return times;
}

ProcessOutcome exited(int status, Lines lines = {}) {
    ProcessOutcome outcome;
    outcome.exit_status = status;
    outcome.stderr_lines = std::move(lines);
    return outcome;
}

TEST(SourceCheck, TakesASilentDecodeOfAllThatWasPromisedForSound) {
    EXPECT_EQ(judge_source(promise(10), pictures(10), exited(0)), SourceVerdict(SourceSound{}));
}

TEST(SourceCheck, TakesMorePicturesThanPacketsForSound) {
    EXPECT_EQ(judge_source(promise(10), pictures(12), exited(0)), SourceVerdict(SourceSound{}));
}

TEST(SourceCheck, FindsAStrictDecodeThatEndedAtAnErrorDamaged) {
    EXPECT_EQ(judge_source(promise(10), pictures(4),
                           exited(1, {"[h264 @ 0x55db505bbf40] Invalid NAL unit size (1003 > 945).",
                                      "Error while decoding stream #0:0"})),
              SourceVerdict(SourceDamaged{"damaged: decoding ends at picture 5: exit status 1: "
                                          "[h264] Invalid NAL unit size (1003 > 945)."}));
}

TEST(SourceCheck, FindsAnErrorBeforeTheFirstPictureDamagedAsTheRestMayDecode) {
    EXPECT_EQ(judge_source(promise(10), pictures(0), exited(1, {"[hevc @ 0x1] bad header"})),
              SourceVerdict(SourceDamaged{"damaged: decoding ends at picture 1: exit status 1: "
                                          "[hevc] bad header"}));
}

TEST(SourceCheck, FindsComplaintsWithExitStatusZeroDamaged) {
    EXPECT_EQ(
        judge_source(promise(10), pictures(10),
                     exited(0, {"[h264 @ 0x55] error while decoding MB 3 2, bytestream -5"})),
        SourceVerdict(SourceDamaged{"damaged: [h264] error while decoding MB 3 2, bytestream -5"}));
}

TEST(SourceCheck, FindsAFileCutBetweenTwoPacketsDamaged) {
    EXPECT_EQ(judge_source(promise(5), pictures(5),
                           exited(0, {"[mov,mp4,m4a,3gp,3g2,mj2 @ 0x56] stream 0, offset 0xcc6: "
                                      "partial file"})),
              SourceVerdict(SourceDamaged{"damaged: [mov,mp4,m4a,3gp,3g2,mj2] stream 0, offset "
                                          "0xcc6: partial file"}));
}

TEST(SourceCheck, FindsFewerPicturesThanPromisedDamaged) {
    EXPECT_EQ(judge_source(promise(10), pictures(9), exited(0)),
              SourceVerdict(SourceDamaged{"damaged: 9 pictures decode of 10 in the file"}));
}

TEST(SourceCheck, AllowsOnePictureForPacketsThatShareATimestampAndNotOneLess) {
    auto packets = promise(106);
    packets.distinct_times = 100;
    EXPECT_EQ(judge_source(packets, pictures(100), exited(0)), SourceVerdict(SourceSound{}));
    EXPECT_EQ(judge_source(packets, pictures(99), exited(0)),
              SourceVerdict(SourceDamaged{"damaged: 99 pictures decode of 106 in the file"}));
}

TEST(SourceCheck, AllowsTheLeadOfAnOpenGopToBeMissingOnlyWhereItIsTheLeadThatIsMissing) {
    auto packets = promise(17);
    packets.keyframes = {{720, 0}, {900, 0}};
    packets.leading_pictures = 2;
    EXPECT_EQ(judge_source(packets, pictures(15, 720), exited(0)), SourceVerdict(SourceSound{}));
    EXPECT_EQ(judge_source(packets, pictures(14, 720), exited(0)),
              SourceVerdict(SourceDamaged{"damaged: 14 pictures decode of 17 in the file"}));
    EXPECT_EQ(judge_source(packets, pictures(15, 718), exited(0)),
              SourceVerdict(SourceDamaged{"damaged: 15 pictures decode of 17 in the file"}));
}

TEST(SourceCheck, PassesOverWhatDecodersSayOfALosslessCut) {
    EXPECT_EQ(judge_source(promise(10), pictures(10),
                           exited(0, {"[h264 @ 0x55] mmco: unref short failure",
                                      "    Last message repeated 2 times",
                                      "[h264 @ 0x55] co located POCs unavailable"})),
              SourceVerdict(SourceSound{}));
}

TEST(SourceCheck, PassesOverWhatALibrarySaysOfTheMachine) {
    EXPECT_EQ(
        judge_source(promise(10), pictures(10), exited(0, {"Warning: using insecure memory!"})),
        SourceVerdict(SourceSound{}));
    EXPECT_EQ(judge_source(promise(10), pictures(10),
                           exited(0, {"Warning: using insecure memory!", "no frame!"})),
              SourceVerdict(SourceDamaged{"damaged: no frame!"}));
}

TEST(SourceCheck, PassesOverMissingHeadersBeforeTheFirstKeyframeOnlyWhereThereIsSuchALead) {
    const auto outcome =
        exited(0, {"[h264 @ 0x55] non-existing PPS 0 referenced",
                   "[h264 @ 0x55] decode_slice_header error", "[h264 @ 0x55] no frame!"});
    auto packets = promise(30);
    EXPECT_EQ(judge_source(packets, pictures(30), outcome),
              SourceVerdict(SourceDamaged{"damaged: [h264] non-existing PPS 0 referenced"}));
    packets.leading_pictures = 5;
    packets.keyframes = {{720, 0}};
    EXPECT_EQ(judge_source(packets, pictures(25, 720), outcome), SourceVerdict(SourceSound{}));
}

TEST(SourceCheck, BelievesADemuxerThatFlagsPacketsCorrupt) {
    auto packets = promise(10);
    packets.corrupt = true;
    EXPECT_EQ(judge_source(packets, pictures(10), exited(0)),
              SourceVerdict(SourceDamaged{"damaged: the container marks packets as corrupt"}));
}

TEST(SourceCheck, SaysThatTimestampsJumpBackWhereThatEndedTheDecode) {
    auto packets = promise(100);
    packets.jumps_back = true;
    EXPECT_EQ(judge_source(packets, pictures(42), exited(1, {"aborting."})),
              SourceVerdict(SourceDamaged{"damaged: its timestamps jump back: exit status 1: "
                                          "aborting."}));
    EXPECT_EQ(judge_source(packets, pictures(100), exited(0)), SourceVerdict(SourceSound{}));
}

TEST(SourceCheck, FindsASourceUnusableWhereNothingDecodesAtAll) {
    EXPECT_EQ(judge_source(promise(10), pictures(0), exited(0)),
              SourceVerdict(SourceUnusable{"no picture of it can be decoded"}));
    EXPECT_EQ(judge_source(promise(10), pictures(0), exited(69, {"[h264 @ 0x1] no frame!"})),
              SourceVerdict(SourceUnusable{"no picture of it can be decoded: [h264] no frame!"}));
}

} // namespace
} // namespace av1encd
