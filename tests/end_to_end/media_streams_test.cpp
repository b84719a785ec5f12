// The project's own command lines carried out by the real ffmpeg and its encoders: what stays of a
// source's pictures, streams, tags and chapters.

#include "tests/support/media_fixture.hpp"

#include <gmock/gmock.h>

#include <map>

namespace av1encd {
namespace {

using ::testing::HasSubstr;

std::map<std::string, std::string> some_of(const std::map<std::string, std::string>& tags,
                                           const Words& keys) {
    std::map<std::string, std::string> some;
    for (const auto& key : keys)
        if (const auto found = tags.find(key); found != tags.end())
            some.insert(*found);
    return some;
}

class Described : public Media {
protected:
    std::filesystem::path described_clip(const std::string& output, const std::string& subtitles) {
        std::ofstream(chain.path_of("subtitles.srt"))
            << "1\n00:00:00,200 --> 00:00:00,800\nhello\n";
        std::ofstream(chain.path_of("about"))
            << ";FFMETADATA1\ntitle=Ein Titel\ncom.example.strange=kept\nkeywords=holiday\n"
               "[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=400\ntitle=eins\n"
               "[CHAPTER]\nTIMEBASE=1/1000\nSTART=400\nEND=1000\ntitle=zwei\n";
        return chain.make(pictures + tone + tone +
                              Words{"-i", chain.path_of("subtitles.srt"), "-i",
                                    chain.path_of("about"), "-map", "0", "-map", "1", "-map", "2",
                                    "-map", "3", "-map_metadata", "4", "-map_chapters", "4"} +
                              h264 + aac +
                              Words{"-c:s", subtitles, "-metadata:s:a:0", "language=deu",
                                    "-metadata:s:a:0", "title=Ton übrig", "-metadata:s:a:0",
                                    "handler_name=Ton übrig", "-metadata:s:a:1", "language=jpn",
                                    "-metadata:s:s:0", "language=swe", "-disposition:a:1",
                                    "comment", "-movflags", "use_metadata_tags"},
                          output);
    }

    void expect_all_kept(const EncodedFile& encoded, const std::string& subtitles) {
        const bool is_mp4 = encoded.plan.container == Container::mp4;
        EXPECT_EQ(nothing_to_say, outcome_of(encoded));
        const auto& media = encoded.result.media;
        const Words keys = {"title", "com.example.strange", "keywords"};
        EXPECT_EQ((std::map<std::string, std::string>{
                      {"title", "Ein Titel"},
                      {"com.example.strange", "kept"},
                      {"keywords", "holiday, av1encd-source:" + sample_sha256()}}),
                  some_of(media.tags, keys));
        EXPECT_EQ(sample_sha256(), source_hash_of(media));
        EXPECT_EQ(2, media.chapters);
        EXPECT_EQ(std::vector<int>{}, media.untitled_chapters);
        ASSERT_LE(4U, media.streams.size());
        EXPECT_EQ("deu", media.streams[1].tags.at("language"));
        EXPECT_EQ("Ton übrig", media.streams[1].tags.at(is_mp4 ? "handler_name" : "title"));
        EXPECT_EQ("jpn", media.streams[2].tags.at("language"));
        EXPECT_EQ((std::map<std::string, int>{{"comment", 1}}), media.streams[2].dispositions);
        EXPECT_EQ(subtitles, media.streams[3].codec);
        EXPECT_EQ("swe", media.streams[3].tags.at("language"));
    }
};

TEST_F(Described, KeepsLanguagesTitlesDispositionsChaptersSubtitlesAndTagsInMp4) {
    expect_all_kept(chain.encode(described_clip("described.mkv", "srt")), "mov_text");
    expect_all_kept(chain.encode(described_clip("described.mp4", "mov_text")), "mov_text");
}

TEST_F(Described, KeepsThemInMatroska) {
    chain.config.container = Container::mkv;
    expect_all_kept(chain.encode(described_clip("described.mkv", "srt")), "subrip");
}

TEST_F(Described, NamesChaptersWithoutATitle) {
    const auto described = described_clip("described.mkv", "srt").string();
    const auto source = chain.make(
        {"-i", described, "-map_metadata:c:0", "-1", "-map", "0:v", "-c", "copy"}, "untitled.mkv");
    const auto encoded = chain.encode(source);
    EXPECT_EQ(Words{"chapters without a title are called Chapter 1, 2 …: MP4 needs one"},
              outcome_of(encoded));
    EXPECT_EQ(2, encoded.result.media.chapters);
}

TEST_F(Media, LeavesOutCoverPicturesAndTimecodeAndSaysSo) {
    const auto cover =
        chain.make({"-f", "lavfi", "-i", "color=size=32x32", "-frames:v", "1"}, "c.png");
    const auto source = chain.make(
        pictures + tone + Words{"-i", cover.string(), "-map", "0", "-map", "1", "-map", "2"} +
            h264 + aac +
            Words{"-c:v:1", "png", "-disposition:v:1", "attached_pic", "-timecode", "01:00:00:00"},
        "cover.mp4");
    // One timecode track for each of the two video streams.
    EXPECT_EQ((Words{"left out: data or attachment of stream 2 (tmcd, eng)",
                     "left out: data or attachment of stream 3 (tmcd, eng)",
                     "left out: cover picture of stream 4 (png)"}),
              outcome_of(source));
}

/// What a picture looks like, as far as its encoding may change it.
struct Look {
    std::string pixel_format, range, space, transfer, primaries, chroma_location;
    Rational sample_aspect_ratio;
    bool operator==(const Look&) const = default;
};

Look look_of(const MediaInfo& media) {
    const auto& video = media.streams.at(0);
    return {video.pixel_format,       video.color_range,     video.color_space,
            video.color_transfer,     video.color_primaries, video.chroma_location,
            video.sample_aspect_ratio};
}

TEST_F(Media, KeepsColourTagsAspectAndChromaLocation) {
    const auto source = chain.make(
        pictures + Words{"-vf", "setsar=16/11", "-c:v", "libx264", "-preset", "ultrafast",
                         "-pix_fmt", "yuv420p", "-x264-params",
                         "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:chromaloc=2"},
        "colour.mp4");
    for (const auto encoder : {Encoder::libsvtav1, Encoder::libaom_av1, Encoder::librav1e}) {
        chain.config.encoder = encoder;
        chain.config.preset = 8;
        const auto encoded = chain.encode(source);
        EXPECT_EQ(nothing_to_say, outcome_of(encoded));
        EXPECT_EQ((Look{"yuv420p", "tv", "bt2020nc", "smpte2084", "bt2020", "topleft", {16, 11}}),
                  look_of(encoded.result.media))
            << to_string(encoder);
    }
}

TEST_F(Media, KeepsFullRangeAsItIs) {
    const auto source = chain.make(pictures + Words{"-c:v", "libx264", "-preset", "ultrafast",
                                                    "-pix_fmt", "yuvj420p", "-color_range", "pc"},
                                   "full.mp4");
    const auto encoded = chain.encode(source);
    EXPECT_EQ(nothing_to_say, outcome_of(encoded));
    EXPECT_EQ("yuvj420p", encoded.source.media.streams.at(0).pixel_format);
    EXPECT_EQ("yuv420p", encoded.result.media.streams.at(0).pixel_format);
    EXPECT_EQ("pc", encoded.result.media.streams.at(0).color_range);
}

/// The matrix of the file's first track: 36 bytes of its header.
std::string matrix_of(const std::string& mp4) {
    return mp4.substr(mp4.find("tkhd") + 44, 36);
}

TEST_F(Media, CarriesTheMatrixOfATurnedAndAMirroredVideo) {
    const auto straight = chain.make(pictures + h264, "straight.mp4").string();
    const auto turned =
        chain.make({"-i", straight, "-c", "copy", "-metadata:s:v", "rotate=90"}, "turned.mp4");
    auto bytes = bytes_of(turned);
    const auto place = bytes.find("tkhd") + 44;
    // -1 0 0, 0 1 0, 96 0 1: left is right.
    const std::string mirror("\xff\xff\0\0"
                             "\0\0\0\0"
                             "\0\0\0\0"
                             "\0\0\0\0"
                             "\0\1\0\0"
                             "\0\0\0\0"
                             "\0\x60\0\0"
                             "\0\0\0\0"
                             "\x40\0\0\0",
                             36);
    const auto mirrored = chain.path_of("mirrored.mp4");
    std::ofstream(mirrored, std::ios::binary) << bytes.replace(place, 36, mirror);

    for (const auto& source : {turned, mirrored}) {
        const auto encoded = chain.encode(source);
        EXPECT_EQ(nothing_to_say, outcome_of(encoded));
        EXPECT_TRUE(encoded.result.media.streams.at(0).has_display_matrix);
        EXPECT_EQ(matrix_of(bytes_of(source)), matrix_of(bytes_of(encoded.file)));
    }
}

TEST_F(Media, KeepsTenBitsAndHdrMetadataThatStandsInThePictures) {
    const auto source = chain.make(
        pictures + Words{"-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le",
                         "-x265-params",
                         "log-level=none:pools=1:frame-threads=1:hdr10=1:max-cll=1000,400:"
                         "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)"
                         "L(10000000,1)",
                         "-tag:v", "hvc1"},
        "hdr.mp4");
    const auto encoded = chain.encode(source);
    EXPECT_EQ(nothing_to_say, outcome_of(encoded));
    const auto& video = encoded.result.media.streams.at(0);
    EXPECT_EQ("yuv420p10le", video.pixel_format);
    EXPECT_EQ("1000,400", video.content_light);
    // AV1 keeps it in steps of 1/65536.
    EXPECT_THAT(video.mastering_display, HasSubstr("R(0.67999,0.32001)"));
    EXPECT_THAT(video.mastering_display, HasSubstr("L(1000.0000,0.0001)"));
}

TEST_F(Media, GivesLibaomEveryPictureThatSvtAv1Refuses) {
    struct Case {
        std::string format, size, refused;
    };
    const std::vector<Case> cases = {{"yuv420p", "97:63", "odd picture sizes (97x63)"},
                                     {"yuv420p", "32:64", "pictures with a side under 64 (32x64)"},
                                     {"yuv444p", "97:63", "pictures other than 4:2:0"},
                                     {"yuv420p12le", "96:64", "more than 10 bits"},
                                     {"gray", "96:64", "pictures other than 4:2:0"},
                                     {"gbrp10le", "96:64", "pictures other than 4:2:0"},
                                     {"yuv420p", "1:1", "odd picture sizes (1x1)"}};
    for (const auto& [format, size, refused] : cases) {
        const auto source =
            chain.make({"-f", "lavfi", "-i", "testsrc2=size=98x64:rate=10:duration=0.3", "-vf",
                        "crop=" + size + ":0:0:exact=1,format=" + format, "-c:v", "ffv1"},
                       "odd.mkv");
        const auto encoded = chain.encode(source);
        EXPECT_EQ(Words{"encoded by libaom-av1 at cpu-used 8: libsvtav1 takes no " + refused},
                  outcome_of(encoded));
        EXPECT_EQ(format, encoded.result.media.streams.at(0).pixel_format) << size;
    }
}

TEST_F(Media, EncodesAtCrf0AndAtFrameRatesThatSvtAv1Refuses) {
    chain.config.crf = {0};
    const auto fast =
        chain.make({"-f", "lavfi", "-i", "testsrc2=size=96x64:rate=1000", "-frames:v", "20", "-c:v",
                    "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"},
                   "fast.mp4");
    const auto best = chain.encode(fast);
    EXPECT_EQ(nothing_to_say, outcome_of(best));
    const auto best_bytes = std::filesystem::file_size(best.file);
    chain.config.crf = {40};
    EXPECT_GT(best_bytes, 2 * std::filesystem::file_size(chain.encode(fast).file));
}

} // namespace
} // namespace av1encd
