// The project's own command lines carried out by the real ffmpeg and its encoders, on clips that
// are hard on timestamps, streams and pictures. What a rendition is compared with is its source.

#include "daemon/core/output_check.hpp"
#include "tests/support/rendition_chain.hpp"

#include <algorithm>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>

namespace av1encd {
namespace {

using ::testing::HasSubstr;
using Words = std::vector<std::string>;

Words operator+(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

const Words pictures = {"-f", "lavfi", "-i", "testsrc2=size=96x64:rate=10:duration=1"};
const Words tone = {"-f", "lavfi", "-i", "sine=duration=1:sample_rate=48000"};
const Words h264 = {"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"};
const Words aac = {"-c:a", "aac", "-b:a", "64k"};

/// A clock of 1/90000 whose first time and whose steps are what the expression says.
Words timed_by(const std::string& expression) {
    return {"-vf",
            "settb=1/90000,setpts=" + expression,
            "-fps_mode",
            "passthrough",
            "-enc_time_base:v",
            "-1",
            "-video_track_timescale",
            "90000",
            "-movie_timescale",
            "90000"};
}

class Media : public ::testing::Test {
protected:
    RenditionChain chain;

    /// Encodes it; why the rendition would be rejected, or the plan's notes.
    Words outcome_of(const std::filesystem::path& source) {
        return outcome_of(chain.encode(source));
    }
    static Words outcome_of(const EncodedFile& encoded) {
        const auto reason =
            reason_to_reject(encoded.plan, encoded.source.times, encoded.result.media,
                             encoded.result.times, encoded.result.decode);
        return reason ? Words{"rejected: " + *reason} : encoded.plan.notes;
    }
    std::filesystem::path plain_clip() {
        return chain.make(pictures + tone + h264 + aac + Words{"-bf", "2", "-f", "mp4"},
                          "plain.mp4");
    }
    /// The sound is `audio_delay` later than that of the plain clip, the video `video_delay`.
    std::filesystem::path delayed(const std::string& video_delay, const std::string& audio_delay,
                                  const std::string& output) {
        const auto plain = plain_clip().string();
        return chain.make({"-itsoffset", video_delay, "-i", plain, "-itsoffset", audio_delay, "-i",
                           plain, "-map", "0:v", "-map", "1:a", "-c", "copy"},
                          output);
    }
};

const Words nothing_to_say;

TEST_F(Media, KeepsJitteredTimesOf90000ASecondAndSoundOf44100) {
    const auto source =
        chain.make(pictures + Words{"-f", "lavfi", "-i", "sine=duration=1:sample_rate=44100"} +
                       timed_by("'PTS+mod(N*7919,3001)+11'") + h264 + aac + Words{"-bf", "2"},
                   "jitter.mp4");
    EXPECT_EQ(nothing_to_say, outcome_of(source));
}

TEST_F(Media, KeepsAFirstTimeOffTheMillisecond) {
    const auto source = chain.make(pictures + tone + timed_by("PTS+1001") + h264 + aac, "off.mp4");
    EXPECT_EQ(nothing_to_say, outcome_of(source));
}

TEST_F(Media, KeepsSoundThatBeginsBeforeTheVideoOrAfterItOrWithItLater) {
    EXPECT_EQ(nothing_to_say, outcome_of(delayed("0.7", "0", "before.mp4")));
    EXPECT_EQ(nothing_to_say, outcome_of(delayed("0", "0.7", "after.mp4")));
    EXPECT_EQ(nothing_to_say, outcome_of(delayed("5", "5", "later.mp4")));
}

TEST_F(Media, KeepsSoundThatIsShorter) {
    const auto source = chain.make(
        pictures + Words{"-f", "lavfi", "-i", "sine=duration=0.3"} + h264 + aac, "short.mp4");
    EXPECT_EQ(nothing_to_say, outcome_of(source));
}

TEST_F(Media, KeepsWhatACutWithoutEncodingShows) {
    const auto whole = chain.make({"-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25:duration=6",
                                   "-f", "lavfi", "-i", "sine=duration=6", "-g", "100", "-c:v",
                                   "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"},
                                  "whole.mp4");
    const auto cut =
        chain.make({"-ss", "2.1", "-i", whole.string(), "-t", "2", "-c", "copy"}, "cut.mp4");
    const auto encoded = chain.encode(cut);
    EXPECT_EQ(nothing_to_say, outcome_of(encoded));
    EXPECT_GT(encoded.source.media.streams.at(0).promised_frames.value_or(0),
              static_cast<std::int64_t>(encoded.source.times.pictures.size()))
        << "this clip has no packets that are decoded but not shown";
}

TEST_F(Media, KeepsAGapOfTenHours) {
    const auto source = chain.make(
        pictures +
            Words{"-vf", "setpts='if(lt(N,5),N,360000+N)/10/TB'", "-fps_mode", "passthrough"} +
            h264,
        "gap.mp4");
    const auto encoded = chain.encode(source);
    EXPECT_EQ(nothing_to_say, outcome_of(encoded));
    EXPECT_GT(encoded.result.media.duration_seconds.value_or(0), 36000);
}

TEST_F(Media, KeepsOnePicture) {
    const auto source = chain.make(pictures + h264 + Words{"-frames:v", "1"}, "one.mp4");
    EXPECT_EQ(nothing_to_say, outcome_of(source));
}

TEST_F(Media, KeepsAClockOfOneTickASecond) {
    const auto source =
        chain.make(pictures + h264 + Words{"-video_track_timescale", "1"}, "tick.mp4");
    EXPECT_EQ(nothing_to_say, outcome_of(source));
}

TEST_F(Media, KeepsTimesThatPicturesShare) {
    const auto close =
        chain.make(pictures + timed_by("'floor(N/2)*9000+mod(N,2)*9'") + h264 + Words{"-bf", "0"},
                   "close.mp4");
    const auto shared = chain.make({"-i", close.string(), "-c", "copy"}, "shared.mkv");
    const auto encoded = chain.encode(shared);
    ASSERT_TRUE(encoded.plan.video.shared_times);
    EXPECT_EQ(nothing_to_say, outcome_of(encoded));
}

TEST_F(Media, TakesMatroskaTransportStreamsAndAvi) {
    const auto plain = plain_clip().string();
    EXPECT_EQ(nothing_to_say, outcome_of(delayed("0.7", "0", "before.mkv")));
    EXPECT_EQ(nothing_to_say, outcome_of(delayed("0.7", "0", "before.ts")));
    EXPECT_EQ(nothing_to_say,
              outcome_of(chain.make(pictures + Words{"-c:v", "mpeg4", "-bf", "2"}, "b.avi")));
}

TEST_F(Media, MakesMatroskaOnTheMillisecond) {
    chain.config.container = Container::mkv;
    EXPECT_EQ(nothing_to_say, outcome_of(delayed("0.7", "0", "before.mkv")));
    EXPECT_EQ(nothing_to_say, outcome_of(delayed("0", "0.7", "after.mkv")));
}

TEST_F(Media, KeepsEveryAudioStreamWhateverItsLayout) {
    Words made = pictures;
    const Words layouts = {"mono", "stereo", "5.1(side)", "7.1", "2.1"};
    for (const auto& layout : layouts)
        made =
            made + Words{"-f", "lavfi", "-i", "sine=duration=1,aformat=channel_layouts=" + layout};
    made = made + Words{"-map", "0"};
    for (std::size_t i = 0; i < layouts.size(); ++i)
        made = made + Words{"-map", std::to_string(i + 1)};
    const auto source = chain.make(made + h264 + Words{"-c:a", "pcm_s16le"}, "layouts.mov");
    const auto encoded = chain.encode(source);
    EXPECT_EQ(Words{"audio of stream 5 (pcm_s16le): 2.1 is carried in 5.1"}, outcome_of(encoded));
    Words found;
    for (const auto& stream : encoded.result.media.streams)
        if (stream.kind == StreamKind::audio)
            found.push_back(stream.codec + " " + std::to_string(stream.channels));
    EXPECT_EQ((Words{"opus 1", "opus 2", "opus 6", "opus 8", "opus 6"}), found);
}

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
                                    "-metadata:s:a:0", "title=Ton übrig", "-metadata:s:a:1",
                                    "language=jpn", "-metadata:s:s:0", "language=swe",
                                    "-disposition:a:1", "comment", "-movflags",
                                    "use_metadata_tags"},
                          output);
    }

    void expect_all_kept(const EncodedFile& encoded, const std::string& subtitles) {
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
        EXPECT_EQ("Ton übrig", media.streams[1].tags.at("title"));
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
    EXPECT_EQ((Words{"left out: cover picture of stream 3 (png)",
                     "left out: data or attachment of stream 2 (tmcd)"}),
              [&] {
                  auto notes = outcome_of(source);
                  std::ranges::sort(notes);
                  return notes;
              }());
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

std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
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

class Cut : public Media {
protected:
    /// Cuts at the second and third keyframe.
    void cut_at_keyframes() {
        chain.adjust_plan = [](const StudiedFile& source, EncodePlan& plan) {
            const auto& keyframes = source.packets.keyframes;
            ASSERT_LE(3U, keyframes.size());
            plan.segments = {{keyframes[0], keyframes[1]},
                             {keyframes[1], keyframes[2]},
                             {keyframes[2], std::nullopt}};
        };
    }
    static Words long_clip(const Words& encoder) {
        return Words{"-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25:duration=4"} + encoder;
    }
};

TEST_F(Cut, PiecesJoinedHaveTheTimesOfTheWhole) {
    cut_at_keyframes();
    const Words open_gop = {
        "-c:v",         "libx265",
        "-preset",      "ultrafast",
        "-pix_fmt",     "yuv420p",
        "-x265-params", "log-level=none:pools=1:keyint=30:min-keyint=30:open-gop=1:bframes=4"};
    const Words closed = {"-c:v", "libx264", "-preset",       "veryfast", "-bf",      "3",
                          "-g",   "30",      "-sc_threshold", "0",        "-pix_fmt", "yuv420p"};
    for (const auto* const name : {"cut.mp4", "cut.mkv", "cut.ts"}) {
        EXPECT_EQ(nothing_to_say, outcome_of(chain.make(long_clip(closed), name))) << name;
        EXPECT_EQ(nothing_to_say, outcome_of(chain.make(long_clip(open_gop), name))) << name;
    }
}

TEST_F(Cut, PiecesOfJitteredTimesJoinExactly) {
    cut_at_keyframes();
    const auto source = chain.make(
        long_clip(timed_by("'PTS+mod(N*7919,3001)+1001'") + h264 + Words{"-g", "30", "-bf", "2"}),
        "jitter.mp4");
    EXPECT_EQ(nothing_to_say, outcome_of(source));
}

TEST_F(Media, EncodesTheSamePicturesOfADamagedSourceThatItsDecodeGave) {
    chain.config.damaged = OnDamaged::keep;
    const auto source = chain.make({"-f", "lavfi", "-i", "testsrc2=size=192x128:rate=25:duration=2",
                                    "-c:v", "libx264", "-g", "25", "-pix_fmt", "yuv420p"},
                                   "sound.mp4");
    auto bytes = bytes_of(source);
    const auto begin = bytes.find("mdat") + 4000;
    for (auto at = begin; at < begin + 4000; at += 97)
        bytes.at(at) = static_cast<char>(bytes.at(at) ^ 0x24);
    const auto damaged = chain.path_of("damaged.mp4");
    std::ofstream(damaged, std::ios::binary) << bytes;
    const auto encoded = chain.encode(damaged);
    EXPECT_FALSE(encoded.source.decode.stderr_lines.empty()) << "this clip is not damaged";
    EXPECT_EQ(nothing_to_say, outcome_of(encoded));
}

} // namespace
} // namespace av1encd
