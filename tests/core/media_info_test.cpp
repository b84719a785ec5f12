#include "daemon/core/media_info.hpp"

#include "common/error.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

const std::string some_hash(64, 'a');
const std::string other_hash(64, '7');

MediaInfo with_keywords(const std::string& keywords) {
    MediaInfo info;
    info.tags["keywords"] = keywords;
    return info;
}

StreamInfo stream_of(int index, StreamKind kind, const std::string& codec, Rational time_base) {
    StreamInfo stream;
    stream.index = index;
    stream.kind = kind;
    stream.codec = codec;
    stream.time_base = time_base;
    return stream;
}

TEST(MediaInfo, NamesTheOneDemuxerThatReadItAndNoneThatWasNotAllowed) {
    MediaInfo info;
    const std::string allowed = "mov,matroska,mpeg";
    info.format = "mov,mp4,m4a,3gp,3g2,mj2";
    EXPECT_EQ(only_demuxer(allowed, info), "mov");
    info.format = "matroska,webm";
    EXPECT_EQ(only_demuxer(allowed, info), "matroska");
    for (const auto* other : {"mpegts", "hls", ""}) {
        info.format = other;
        EXPECT_EQ(only_demuxer(allowed, info), allowed) << other;
    }
}

TEST(MediaInfo, HasWhatIsToldOfAVideoStream) {
    const auto info = parse_media_info(R"json({"streams": [
        {"index": 0, "codec_name": "hevc", "codec_type": "video", "width": 128, "height": 96,
         "sample_aspect_ratio": "16:11", "pix_fmt": "yuv420p10le", "color_range": "tv",
         "color_space": "bt2020nc", "color_transfer": "smpte2084", "color_primaries": "bt2020",
         "chroma_location": "topleft", "field_order": "progressive", "avg_frame_rate": "30000/1001",
         "time_base": "1/90000", "start_pts": 1001, "nb_frames": "20",
         "disposition": {"default": 1, "forced": 0}, "tags": {"LANGUAGE": "deu"},
         "side_data_list": [{"side_data_type": "Display Matrix", "rotation": 90}]}]})json");

    auto video = stream_of(0, StreamKind::video, "hevc", {1, 90000});
    video.start_pts = 1001;
    video.promised_frames = 20;
    video.dispositions = {{"default", 1}};
    video.tags = {{"language", "deu"}};
    video.width = 128;
    video.height = 96;
    video.pixel_format = "yuv420p10le";
    video.field_order = "progressive";
    video.color_range = "tv";
    video.color_space = "bt2020nc";
    video.color_transfer = "smpte2084";
    video.color_primaries = "bt2020";
    video.chroma_location = "topleft";
    video.sample_aspect_ratio = {16, 11};
    video.average_frame_rate = {30000, 1001};
    video.has_display_matrix = true;
    EXPECT_EQ((MediaInfo{"", std::nullopt, {video}, 0, {}, {}}), info);
}

TEST(MediaInfo, HasTheOtherStreamsTheChaptersAndTheTagsOfTheContainer) {
    const auto info = parse_media_info(R"json({
      "streams": [
        {"index": 1, "codec_name": "ac3", "codec_type": "audio", "sample_rate": "48000",
         "channels": 6, "channel_layout": "5.1(side)", "time_base": "1/48000", "start_pts": -256},
        {"index": 2, "codec_name": "png", "codec_type": "video", "width": 8, "height": 8,
         "time_base": "1/90000", "disposition": {"attached_pic": 1}},
        {"index": 3, "codec_type": "data", "codec_tag_string": "tmcd", "time_base": "1/10"}],
      "chapters": [{"tags": {"title": "one"}}, {"id": 1}],
      "format": {
    "format_name" : "mov,mp4,m4a,3gp,3g2,mj2", "duration" : "2.5", "tags" : {
        "Title" : "T"
    }
}
})json");

    auto audio = stream_of(1, StreamKind::audio, "ac3", {1, 48000});
    audio.start_pts = -256;
    audio.channels = 6;
    audio.channel_layout = "5.1(side)";
    audio.sample_rate = 48000;
    auto cover = stream_of(2, StreamKind::video, "png", {1, 90000});
    cover.dispositions = {{"attached_pic", 1}};
    cover.attached_picture = true;
    cover.width = 8;
    cover.height = 8;
    const auto timecode = stream_of(3, StreamKind::other, "tmcd", {1, 10});
    EXPECT_EQ(
        (MediaInfo{
            "mov,mp4,m4a,3gp,3g2,mj2", 2.5, {audio, cover, timecode}, 2, {1}, {{"title", "T"}}}),
        info);
}

TEST(MediaInfo, TakesHdrMetadataOfTheFirstPicturesWhereTheContainerHasNone) {
    const auto info = parse_media_info(R"json({
      "frames": [{"stream_index": 0, "side_data_list": [
        {"side_data_type": "Display Matrix"},
        {"side_data_type": "Mastering display metadata", "red_x": "34000/50000",
         "red_y": "16000/50000", "green_x": "13250/50000", "green_y": "34500/50000",
         "blue_x": "7500/50000", "blue_y": "3000/50000", "white_point_x": "15635/50000",
         "white_point_y": "16450/50000", "min_luminance": "1/10000",
         "max_luminance": "10000000/10000"},
        {"side_data_type": "Content light level metadata", "max_content": 1000,
         "max_average": 400}]}],
      "streams": [{"index": 0, "codec_type": "video"}]})json");

    auto video = stream_of(0, StreamKind::video, "", {1, 1});
    video.mastering_display = "G(0.26500,0.69000)B(0.15000,0.06000)R(0.68000,0.32000)"
                              "WP(0.31270,0.32900)L(1000.0000,0.0001)";
    video.content_light = "1000,400";
    video.hdr_in_pictures = true;
    EXPECT_EQ((MediaInfo{"", std::nullopt, {video}, 0, {}, {}}), info);
}

TEST(MediaInfo, BelievesTheContainersHdrMetadataBeforeThatOfThePictures) {
    const auto info = parse_media_info(R"({
      "frames": [{"stream_index": 0, "side_data_list": [
        {"side_data_type": "Content light level metadata", "max_content": 7, "max_average": 8}]}],
      "streams": [{"index": 0, "codec_type": "video", "side_data_list": [
        {"side_data_type": "Content light level metadata", "max_content": 1000,
         "max_average": 400}]}]})");

    auto video = stream_of(0, StreamKind::video, "", {1, 1});
    video.content_light = "1000,400";
    EXPECT_EQ((MediaInfo{"", std::nullopt, {video}, 0, {}, {}}), info);
}

TEST(MediaInfo, BelievesNoNumberThatIsNone) {
    const auto info = parse_media_info(R"json({"streams": [
        {"index": 0, "codec_type": "video", "width": "wide", "height": 1e300, "time_base": "1/0",
         "avg_frame_rate": "0/0", "nb_frames": "99999999999999999999", "start_pts": null,
         "tags": [], "disposition": 3}],
        "format": {"duration": "N/A"}})json");

    const auto video = stream_of(0, StreamKind::video, "", {1, 1});
    EXPECT_EQ((MediaInfo{"", std::nullopt, {video}, 0, {}, {}}), info);
}

TEST(MediaInfo, IsNotReadFromWhatIsNoJsonObject) {
    for (const auto* const text : {"", "{", "[]", "\xff"})
        EXPECT_THROW(parse_media_info(text), Error) << text;
    EXPECT_EQ(MediaInfo{}, parse_media_info("{}"));
}

TEST(SourceHash, IsTheLastOfTheKeywords) {
    EXPECT_EQ(some_hash, source_hash_of(with_keywords("av1encd-source:" + some_hash)));
    EXPECT_EQ(other_hash, source_hash_of(with_keywords("sea, av1encd-source:" + some_hash +
                                                       ", av1encd-source:" + other_hash)));
}

TEST(SourceHash, IsNoneWhereThereAreNot64Digits) {
    EXPECT_EQ(std::nullopt, source_hash_of(MediaInfo{}));
    EXPECT_EQ(std::nullopt, source_hash_of(with_keywords("holiday")));
    EXPECT_EQ(std::nullopt, source_hash_of(with_keywords("av1encd-source:12ab")));
    EXPECT_EQ(std::nullopt,
              source_hash_of(with_keywords("av1encd-source:" + std::string(64, 'x'))));
}

} // namespace
} // namespace av1encd
