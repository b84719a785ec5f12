#include "daemon/core/encode_plan.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

using Notes = std::vector<std::string>;

StreamInfo stream(int index, StreamKind kind, const std::string& codec) {
    StreamInfo info;
    info.index = index;
    info.kind = kind;
    info.codec = codec;
    return info;
}

StreamInfo video_of(int width, int height, const std::string& pixel_format = "yuv420p") {
    auto video = stream(0, StreamKind::video, "h264");
    video.time_base = {1, 1000};
    video.start_pts = 40;
    video.width = width;
    video.height = height;
    video.pixel_format = pixel_format;
    return video;
}

StreamInfo stereo(int index) {
    auto audio = stream(index, StreamKind::audio, "aac");
    audio.channels = 2;
    audio.channel_layout = "stereo";
    return audio;
}

MediaInfo media(std::vector<StreamInfo> streams) {
    MediaInfo info;
    info.duration_seconds = 2;
    info.streams = std::move(streams);
    return info;
}

PacketTimes packets(std::uint64_t promised = 20, std::uint64_t distinct = 20) {
    PacketTimes times;
    times.promised_pictures = promised;
    times.distinct_times = distinct;
    return times;
}

EncodePlan plan(const MediaInfo& source, const EncodeConfig& encode = {}) {
    return std::get<EncodePlan>(plan_encode(source, packets(), encode, {}));
}

std::string refusal(const MediaInfo& source, const LimitsConfig& limits = {}) {
    return refuse_early(source, limits).value_or(Refusal{"none"}).reason;
}

TEST(EncodePlan, CarriesAnOrdinaryVideoWithoutANote) {
    auto source = media({video_of(640, 480), stereo(1)});
    source.tags = {{"title", "T"}};
    source.chapters = 3;
    EncodeConfig encode;
    encode.extra_args = {"-g", "240"};

    EncodePlan expected;
    expected.video = {source.streams[0], Encoder::libsvtav1, 6,     {},
                      {"-g", "240"},     "yuv420p",          false, false};
    expected.audio = {{source.streams[1], "libopus", 96'000}};
    expected.chapters = 3;
    expected.tags = {{"title", "T"}};
    expected.duration_seconds = 2;
    expected.ladder = {24, 60};
    expected.cuts = {40, 40, 20, {}};
    expected.segment_ticks = 30'000;
    EXPECT_EQ(expected, plan(source, encode));
}

TEST(EncodePlan, GivesLibaomWhatSvtAv1RefusesAndSaysWhy) {
    EncodeConfig encode;
    encode.preset = 12;
    encode.extra_args = {"-svtav1-params", "tune=0"};
    const auto odd = plan(media({video_of(97, 63)}), encode);
    EXPECT_EQ(
        (VideoPlan{video_of(97, 63), Encoder::libaom_av1, 8, {}, {}, "yuv420p", false, false}),
        odd.video);
    EXPECT_EQ((Notes{"encoded by libaom-av1 at cpu-used 8: libsvtav1 takes no odd picture sizes "
                     "(97x63)",
                     "encode.extra_args are left out: they belong to libsvtav1"}),
              odd.notes);

    const std::string beginning = "encoded by libaom-av1 at cpu-used 6: libsvtav1 takes no ";
    const auto note_of = [](const StreamInfo& video) { return plan(media({video})).notes; };
    EXPECT_EQ(Notes{beginning + "pictures with a side under 64 (62x640)"},
              note_of(video_of(62, 640)));
    EXPECT_EQ(Notes{beginning + "pictures larger than 16384x8704 (64x8706)"},
              note_of(video_of(64, 8706)));
    EXPECT_EQ(Notes{beginning + "pictures other than 4:2:0"},
              note_of(video_of(640, 480, "yuv422p")));
    EXPECT_EQ(Notes{beginning + "more than 10 bits"}, note_of(video_of(640, 480, "yuv420p12le")));
    EXPECT_EQ(Notes{}, note_of(video_of(64, 64, "yuv420p10le")));
}

TEST(EncodePlan, GivesLibaomWhatRav1eRefuses) {
    EncodeConfig encode;
    encode.encoder = Encoder::librav1e;
    encode.preset = 10;
    EXPECT_EQ(Encoder::librav1e,
              plan(media({video_of(97, 63, "yuv444p12le")}), encode).video.encoder);
    const auto grey = plan(media({video_of(97, 63, "gray")}), encode);
    EXPECT_EQ(
        (VideoPlan{video_of(97, 63, "gray"), Encoder::libaom_av1, 8, {}, {}, "gray", false, false}),
        grey.video);
    EXPECT_EQ(Notes{"encoded by libaom-av1 at cpu-used 8: librav1e takes no pictures with a side "
                    "under 16 (15x480)"},
              plan(media({video_of(15, 480)}), encode).notes);
}

TEST(EncodePlan, SaysWhatAv1CannotTellAPlayer) {
    auto video = video_of(640, 480);
    video.field_order = "tt";
    video.chroma_location = "center";
    EXPECT_EQ((Notes{"interlaced: the pictures keep their two fields, but AV1 has no mark that "
                     "says so to a player",
                     "the chroma location center is left out: AV1 knows left and topleft alone"}),
              plan(media({video})).notes);
}

TEST(EncodePlan, SaysWhichEncoderIsNotToldOfHdrMetadata) {
    auto video = video_of(640, 480, "yuv420p10le");
    video.content_light = "1000,400";
    EncodeConfig encode;
    encode.encoder = Encoder::librav1e;
    EXPECT_EQ(Notes{}, plan(media({video}), encode).notes);
    video.hdr_in_pictures = true;
    EXPECT_EQ(Notes{"left out: HDR metadata that stands in the pictures alone, which librav1e is "
                    "not told"},
              plan(media({video}), encode).notes);
    encode.encoder = Encoder::libsvtav1;
    EXPECT_EQ(Notes{}, plan(media({video}), encode).notes);
}

TEST(EncodePlan, LeavesOutWhatIsNeitherVideoAudioNorText) {
    auto cover = stream(2, StreamKind::video, "png");
    cover.attached_picture = true;
    auto pictures = stream(4, StreamKind::subtitle, "dvd_subtitle");
    pictures.tags = {{"language", "deu"}};
    const auto text = stream(5, StreamKind::subtitle, "subrip");
    const auto made =
        plan(media({video_of(640, 480), stereo(1), cover, stream(3, StreamKind::other, "tmcd"),
                    pictures, text, stream(6, StreamKind::video, "h264")}));
    EXPECT_EQ((std::vector<SubtitlePlan>{{text, "mov_text"}}), made.subtitles);
    EXPECT_EQ((Notes{"left out: subtitles of stream 4 (dvd_subtitle, deu), which mp4 cannot hold",
                     "left out: cover picture of stream 2 (png)",
                     "left out: data or attachment of stream 3 (tmcd)",
                     "left out: further video of stream 6 (h264)"}),
              made.notes);
}

TEST(EncodePlan, CopiesTheSubtitlesThatTheContainerHolds) {
    const auto subtitles = [](Container container, const std::string& codec) {
        EncodeConfig encode;
        encode.container = container;
        const auto source = media({video_of(640, 480), stream(1, StreamKind::subtitle, codec)});
        const auto made = plan(source, encode).subtitles;
        return made.empty() ? "left out" : made.front().codec;
    };
    EXPECT_EQ("copy", subtitles(Container::mp4, "mov_text"));
    EXPECT_EQ("mov_text", subtitles(Container::mp4, "ass"));
    EXPECT_EQ("left out", subtitles(Container::mp4, "hdmv_pgs_subtitle"));
    EXPECT_EQ("copy", subtitles(Container::mkv, "ass"));
    EXPECT_EQ("copy", subtitles(Container::mkv, "hdmv_pgs_subtitle"));
    EXPECT_EQ("subrip", subtitles(Container::mkv, "mov_text"));
    EXPECT_EQ("left out", subtitles(Container::mkv, "dvb_teletext"));
}

TEST(EncodePlan, SaysWhatBecomesOfTheAudio) {
    auto many = stereo(1);
    many.channels = 3;
    many.channel_layout = "2.1";
    EncodeConfig encode;
    encode.audio.bitrate = 300'000;
    auto mono = stereo(2);
    mono.channels = 1;
    mono.channel_layout = "mono";
    const auto made = plan(media({video_of(640, 480), many, mono}), encode);
    EXPECT_EQ((std::vector<AudioPlan>{{many, "libopus", 300'000}, {mono, "libopus", 256'000}}),
              made.audio);
    EXPECT_EQ((Notes{"audio of stream 1 (aac): 2.1 is carried in 5.1",
                     "audio of stream 2 (aac): 256000 bit/s, the most for 1 channels"}),
              made.notes);
}

TEST(EncodePlan, NamesUntitledChaptersWhereMp4NeedsIt) {
    auto source = media({video_of(640, 480)});
    source.chapters = 2;
    source.untitled_chapters = {1};
    EXPECT_EQ(std::vector<int>{1}, plan(source).named_chapters);
    EXPECT_EQ(Notes{"chapters without a title are called Chapter 1, 2 …: MP4 needs one"},
              plan(source).notes);
    EncodeConfig encode;
    encode.container = Container::mkv;
    EXPECT_EQ(std::vector<int>{}, plan(source, encode).named_chapters);
}

TEST(EncodePlan, SaysThatMatroskaRoundsTimesOfAFinerClock) {
    EncodeConfig encode;
    encode.container = Container::mkv;
    auto fine = video_of(640, 480);
    EXPECT_EQ(Notes{}, plan(media({fine}), encode).notes);
    fine.time_base = {1, 90000};
    EXPECT_EQ(Notes{"timestamps are rounded to the millisecond, the clock of FFmpeg's Matroska"},
              plan(media({fine}), encode).notes);
}

TEST(EncodePlan, KnowsThatPicturesShareTimestamps) {
    const auto made = plan_encode(media({video_of(640, 480)}), packets(20, 18), {}, {});
    EXPECT_TRUE(std::get<EncodePlan>(made).video.shared_times);
}

TEST(EncodePlan, CutsAtTheKeyframeNearestTheWishedLength) {
    auto times = packets(100, 100);
    times.last_time = 11'000;
    times.keyframes = {{40, 0}, {3'000, 30}, {4'500, 45}, {7'900, 79}};
    EncodeConfig encode;
    encode.segment = std::chrono::seconds(4);
    const auto made =
        std::get<EncodePlan>(plan_encode(media({video_of(640, 480)}), times, encode, {}));
    EXPECT_EQ((std::vector<SegmentRange>{{40, 4'500}, {4'500, 7'900}, {7'900, std::nullopt}}),
              segments_of(made));
    encode.segment.reset();
    const auto whole =
        std::get<EncodePlan>(plan_encode(media({video_of(640, 480)}), times, encode, {}));
    EXPECT_EQ((std::vector<SegmentRange>{{40, std::nullopt}}), segments_of(whole));
}

TEST(EncodePlan, KnowsWhichDemuxerFindsAKeyframeByItsTime) {
    auto source = media({video_of(640, 480)});
    EXPECT_FALSE(plan(source).video.exact_seeks);
    source.format = "mov,mp4,m4a,3gp,3g2,mj2";
    EXPECT_TRUE(plan(source).video.exact_seeks);
}

TEST(Refusal, SaysWhyAFileIsNoVideo) {
    auto cover = video_of(8, 8);
    cover.attached_picture = true;
    EXPECT_EQ("not a video: no video stream", refusal(media({})));
    EXPECT_EQ("not a video: no video stream, only audio", refusal(media({stereo(0)})));
    EXPECT_EQ("not a video: no video stream, only a cover picture",
              refusal(media({stereo(0), cover})));
    EXPECT_EQ("not a video: its pictures have no size that can be told",
              refusal(media({video_of(0, 0)})));
    EXPECT_EQ("none", refusal(media({video_of(1, 1)})));
}

TEST(Refusal, SaysWhyAVideoCannotBeRead) {
    auto unknown = video_of(8, 8);
    unknown.codec = "";
    EXPECT_EQ("its video codec is not known to FFmpeg", refusal(media({unknown})));
    EXPECT_EQ("damaged: none of its first pictures can be decoded",
              refusal(media({video_of(8, 8, "")})));
    EXPECT_EQ("its pixel format bayer_rggb8 is not one that can be turned into AV1's",
              refusal(media({video_of(8, 8, "bayer_rggb8")})));
}

TEST(Refusal, NamesTheLimitThatIsPassed) {
    EXPECT_EQ("picture of 142,606,336 pixels is over limits.pixels (134,217,728)",
              refusal(media({video_of(16384, 8704)})));
    auto longer = video_of(8, 8);
    longer.promised_frames = 11'000'000;
    EXPECT_EQ("11,000,000 frames are over limits.frames (10,485,760)", refusal(media({longer})));
    const auto counted =
        plan_encode(media({video_of(8, 8)}), packets(1001, 1001), {}, {.frames = 1000});
    EXPECT_EQ((Refusal{"1,001 frames are over limits.frames (1,000)"}), std::get<Refusal>(counted));
}

TEST(Refusal, IsForFilesWithoutDurationOrPictures) {
    auto endless = media({video_of(8, 8)});
    endless.duration_seconds = std::nullopt;
    EXPECT_EQ("no duration: the file does not say how long it is", refusal(endless));
    EXPECT_EQ((Refusal{"not a video: its video stream holds no pictures"}),
              std::get<Refusal>(plan_encode(media({video_of(8, 8)}), packets(0, 0), {}, {})));
}

} // namespace
} // namespace av1encd
