#include "daemon/core/output_check.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

StreamInfo stream(StreamKind kind, std::string codec, std::string language = "und") {
    StreamInfo info;
    info.kind = kind;
    info.codec = std::move(codec);
    info.tags["language"] = std::move(language);
    return info;
}

StreamInfo video(std::string codec, std::string pixel_format) {
    auto info = stream(StreamKind::video, std::move(codec));
    info.width = 96;
    info.height = 64;
    info.pixel_format = std::move(pixel_format);
    return info;
}

/// A plan with two audio streams, a subtitle stream and chapters, and a rendition that fits it.
struct Case {
    Case() {
        plan.video.source = video("h264", "yuv420p");
        plan.video.pixel_format = "yuv420p10le";
        plan.audio = {{stream(StreamKind::audio, "aac", "eng"), "libopus", 96'000},
                      {stream(StreamKind::audio, "ac3", "deu"), "libopus", 96'000}};
        plan.subtitles = {{stream(StreamKind::subtitle, "mov_text", "fra"), "mov_text"}};
        plan.chapters = 3;
        rendition.streams = {video("av1", "yuv420p10le"), stream(StreamKind::audio, "opus", "eng"),
                             stream(StreamKind::audio, "opus", "deu"),
                             stream(StreamKind::subtitle, "mov_text", "fra"),
                             stream(StreamKind::other, "")};
        rendition.chapters = 3;

        source.time_base = {1, 12800};
        source.pictures = {5120, 5632, 6144};
        source.audio = {{{1, 48000}, 19200, 24320, 1024}, {{1, 44100}, 17640, 22491, 1536}};
        decoded.time_base = {1, 90000};
        decoded.pictures = {0, 3600, 7200};
        decoded.audio = {{{1, 48000}, 0, 5760, 960}, {{1, 48000}, 0, 5760, 960}};
        outcome.exit_status = 0;
    }

    std::optional<std::string> reason() const {
        return reason_to_reject(plan, source, rendition, decoded, outcome);
    }

    EncodePlan plan;
    FrameTimes source;
    MediaInfo rendition;
    FrameTimes decoded;
    ProcessOutcome outcome;
};

TEST(OutputCheck, AcceptsWhatIsAsPlanned) {
    EXPECT_EQ(Case().reason(), std::nullopt);
}

TEST(OutputCheck, RejectsWhatDoesNotDecode) {
    Case broken;
    broken.outcome.exit_status = 1;
    broken.outcome.stderr_lines = {"[libdav1d @ 0x5] Error parsing OBU data"};
    EXPECT_EQ(broken.reason(),
              "it does not decode: exit status 1: [libdav1d] Error parsing OBU data");
}

TEST(OutputCheck, RejectsAnyLineOfComplaint) {
    Case noisy;
    noisy.outcome.stderr_lines = {"[mov,mp4 @ 0x5] anything at all"};
    EXPECT_EQ(noisy.reason(), "it does not decode cleanly: [mov,mp4] anything at all");
    const std::string of_the_machine = "Warning: using insecure memory!";
    noisy.outcome.stderr_lines.insert(noisy.outcome.stderr_lines.begin(), of_the_machine);
    EXPECT_EQ(noisy.reason(), "it does not decode cleanly: [mov,mp4] anything at all");
    noisy.outcome.stderr_lines = {of_the_machine};
    EXPECT_EQ(noisy.reason(), std::nullopt);
}

TEST(OutputCheck, RejectsOtherFramesThanTheSources) {
    Case shorter;
    shorter.decoded.pictures.pop_back();
    EXPECT_EQ(shorter.reason(), "2 frames instead of 3");
    Case moved;
    moved.decoded.pictures[2] = 7201;
    EXPECT_EQ(moved.reason(), "frame 3 at 0.08001111111 s instead of 0.08 s");
}

TEST(OutputCheck, RejectsARenditionWithoutPictures) {
    Case empty;
    empty.source.pictures.clear();
    empty.decoded.pictures.clear();
    EXPECT_EQ(empty.reason(), "no picture of it can be decoded");
}

TEST(OutputCheck, RejectsAnotherVideoThanPlanned) {
    Case none;
    none.rendition.streams.erase(none.rendition.streams.begin());
    EXPECT_EQ(none.reason(), "0 video streams instead of 1");
    Case codec;
    codec.rendition.streams[0].codec = "hevc";
    EXPECT_EQ(codec.reason(), "the video is hevc, not av1");
    Case cropped;
    cropped.rendition.streams[0].height = 62;
    EXPECT_EQ(cropped.reason(), "the picture is 96x62 instead of 96x64");
    Case subsampled;
    subsampled.rendition.streams[0].pixel_format = "yuv420p";
    EXPECT_EQ(subsampled.reason(), "the pixel format is yuv420p instead of yuv420p10le");
}

TEST(OutputCheck, PassesOverACoverPicture) {
    Case covered;
    covered.rendition.streams.push_back(video("png", "rgb24"));
    covered.rendition.streams.back().attached_picture = true;
    EXPECT_EQ(covered.reason(), std::nullopt);
}

TEST(OutputCheck, RejectsOtherAudioThanPlanned) {
    Case fewer;
    fewer.rendition.streams.erase(fewer.rendition.streams.begin() + 2);
    EXPECT_EQ(fewer.reason(), "1 audio streams instead of 2");
    Case codec;
    codec.rendition.streams[2].codec = "aac";
    EXPECT_EQ(codec.reason(), "audio stream 2 is aac instead of opus");
    Case exchanged;
    std::swap(exchanged.rendition.streams[1], exchanged.rendition.streams[2]);
    EXPECT_EQ(exchanged.reason(), "the language of audio stream 1 is 'ger' instead of 'eng'");
}

TEST(OutputCheck, ExpectsTheSourcesCodecWhereAudioIsCopied) {
    Case copied;
    copied.plan.audio[0].codec = "copy";
    EXPECT_EQ(copied.reason(), "audio stream 1 is opus instead of aac");
    copied.rendition.streams[1].codec = "aac";
    EXPECT_EQ(copied.reason(), std::nullopt);
}

TEST(OutputCheck, AcceptsTheOtherCodeOfALanguageAndWhatNoCodeIs) {
    Case matroska;
    matroska.rendition.streams[2].tags["language"] = "ger";
    matroska.rendition.streams[3].tags["language"] = "fre";
    EXPECT_EQ(matroska.reason(), std::nullopt);
    Case unsayable;
    unsayable.plan.audio[0].source.tags["language"] = "en-GB";
    unsayable.rendition.streams[1].tags.clear();
    EXPECT_EQ(unsayable.reason(), std::nullopt);
}

TEST(OutputCheck, RejectsOtherSubtitlesOrChaptersThanPlanned) {
    Case fewer;
    fewer.rendition.streams.erase(fewer.rendition.streams.begin() + 3);
    EXPECT_EQ(fewer.reason(), "0 subtitle streams instead of 1");
    Case language;
    language.rendition.streams[3].tags["language"] = "spa";
    EXPECT_EQ(language.reason(), "the language of subtitle stream 1 is 'spa' instead of 'fre'");
    Case chapters;
    chapters.rendition.chapters = 0;
    EXPECT_EQ(chapters.reason(), "0 chapters instead of 3");
}

TEST(OutputCheck, RejectsAudioThatStartsMoreThanAMillisecondOff) {
    Case at_limit;
    at_limit.decoded.audio[0].start = 48;
    EXPECT_EQ(at_limit.reason(), std::nullopt);
    Case late;
    late.decoded.audio[0].start = 49;
    EXPECT_EQ(late.reason(), "audio stream 1 starts at 0.001021 s instead of 0 s");
    Case early;
    early.decoded.audio[1].start = -312;
    EXPECT_EQ(early.reason(), "audio stream 2 starts at -0.0065 s instead of 0 s");
}

TEST(OutputCheck, RejectsAudioThatEndsMoreThanThePacketsOfBothOff) {
    Case at_limit;
    at_limit.decoded.audio[0].end = 5120 + 1024;
    EXPECT_EQ(at_limit.reason(), std::nullopt);
    Case longer;
    longer.decoded.audio[0].end = 5120 + 1025;
    EXPECT_EQ(longer.reason(), "audio stream 1 ends at 0.128021 s instead of 0.106667 s");
    Case shorter;
    shorter.decoded.audio[0].end = 5120 - 1025;
    EXPECT_EQ(shorter.reason(), "audio stream 1 ends at 0.085313 s instead of 0.106667 s");
}

TEST(OutputCheck, RejectsAudioThatIsThereAndEmpty) {
    Case empty;
    empty.decoded.audio.pop_back();
    EXPECT_EQ(empty.reason(), "1 audio streams with anything in them instead of 2");
}

} // namespace
} // namespace av1encd
