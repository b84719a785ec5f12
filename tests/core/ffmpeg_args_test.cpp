#include "daemon/core/ffmpeg_args.hpp"

#include "tests/core/command_words.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

TEST(ProbeCommand, ReadsOneFileAndLittleOfIt) {
    EXPECT_EQ((FfmpegCommand{Program::ffprobe,
                             {"-hide_banner",
                              "-v",
                              "error",
                              "-protocol_whitelist",
                              "file,pipe",
                              "-format_whitelist",
                              "mov",
                              "-max_alloc",
                              "140000000",
                              "-threads",
                              "1",
                              "-of",
                              "json",
                              "-show_format",
                              "-show_streams",
                              "-show_chapters",
                              "-show_entries",
                              "frame=stream_index:frame_side_data",
                              "-read_intervals",
                              "%+#40",
                              "-i",
                              "file:/w/a:b"},
                             {}}),
              probe_command("/w/a:b", "mov"));
}

TEST(PacketsCommand, ShowsThePacketsOfOneStream) {
    EXPECT_EQ((FfmpegCommand{Program::ffprobe,
                             {"-hide_banner", "-v", "error", "-protocol_whitelist", "file,pipe",
                              "-format_whitelist", "mov", "-select_streams", "2", "-show_entries",
                              "packet=pts,dts,flags", "-of", "csv=p=0", "-i", "file:/w/source"},
                             {}}),
              packets_command("/w/source", "mov", 2));
}

TEST(DecodeCommand, PassesTimesThroughAndKeepsNoPictures) {
    const auto command = decode_command("/w/source", "mov", {1, 3}, true);
    EXPECT_EQ((FfmpegCommand{Program::ffmpeg,
                             {"-nostdin",
                              "-hide_banner",
                              "-v",
                              "error",
                              "-xerror",
                              "-copyts",
                              "-noautorotate",
                              "-max_pixels",
                              "268435456",
                              "-protocol_whitelist",
                              "file,pipe",
                              "-format_whitelist",
                              "mov",
                              "-i",
                              "file:/w/source",
                              "-map",
                              "0:V:0",
                              "-map",
                              "0:1",
                              "-map",
                              "0:3",
                              "-fps_mode",
                              "passthrough",
                              "-enc_time_base:v",
                              "-1",
                              "-vf",
                              "crop=min(2\\,iw):min(2\\,ih):0:0:exact=1",
                              "-c:v",
                              "rawvideo",
                              "-c:a",
                              "pcm_s16le",
                              "-max_muxing_queue_size",
                              "10000000",
                              "-f",
                              "framecrc",
                              "pipe:1"},
                             {}}),
              command);
}

TEST(DecodeCommand, EndsAtTheFirstErrorOnlyWhereItIsStrict) {
    auto strict = decode_command("/w/source", "mov", {}, true).arguments;
    std::erase(strict, "-xerror");
    EXPECT_EQ(strict, decode_command("/w/source", "mov", {}, false).arguments);
}

TEST(SegmentTimesCommand, ReadsThePacketsWithoutDecoding) {
    const auto words = segment_times_command("/w/s").arguments;
    EXPECT_EQ("copy", value_of(words, "-c"));
    EXPECT_EQ("framecrc", value_of(words, "-f"));
    EXPECT_EQ("mov", value_of(words, "-format_whitelist"));
}

TEST(Container, HasADemuxerAndAnExtension) {
    EXPECT_EQ("mov", rendition_demuxers(Container::mp4));
    EXPECT_EQ("matroska", rendition_demuxers(Container::mkv));
    EXPECT_EQ("mp4", extension_of(Container::mp4));
    EXPECT_EQ("mkv", extension_of(Container::mkv));
}

} // namespace
} // namespace av1encd
