#include "daemon/core/ffmpeg_args.hpp"

#include "daemon/core/ffmpeg_options.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace av1encd {

namespace {

Arguments ffprobe_beginning(const std::string& demuxers) {
    // No -nostdin: ffprobe has no such option, and reads no commands.
    Arguments arguments = {"-hide_banner", "-v", "error"};
    append(arguments, confined_to(demuxers));
    return arguments;
}

} // namespace

FfmpegCommand probe_command(const std::filesystem::path& file, const std::string& demuxers) {
    Arguments arguments = ffprobe_beginning(demuxers);
    // -max_alloc: the luma of a picture beyond the default of limits.pixels is not to be had, so a
    // few KB cannot take gigabytes; its size is shown all the same, which -max_pixels would hide.
    // What it costs: the index of an MP4 with more than 5.8 million samples in a stream.
    append(arguments, {"-max_alloc", "140000000", "-threads", "1"});
    // The first frames are shown too: HDR metadata of H.264 and HEVC often stands in them alone.
    // Forty packets reach a picture past the audio that a chunk of an MP4 may begin with.
    append(arguments, {"-of", "json", "-show_format", "-show_streams", "-show_chapters",
                       "-show_entries", "frame=stream_index:frame_side_data", "-read_intervals",
                       "%+#40", "-i", file_name(file)});
    return {Program::ffprobe, std::move(arguments), {}};
}

FfmpegCommand packets_command(const std::filesystem::path& file, const std::string& demuxers,
                              int video_index) {
    Arguments arguments = ffprobe_beginning(demuxers);
    append(arguments, {"-select_streams", std::to_string(video_index), "-show_entries",
                       "packet=pts,dts,flags", "-of", "csv=p=0", "-i", file_name(file)});
    return {Program::ffprobe, std::move(arguments), {}};
}

FfmpegCommand decode_command(const std::filesystem::path& file, const std::string& demuxers,
                             const std::vector<int>& audio_indexes, bool strict) {
    Arguments arguments = ffmpeg_beginning();
    if (strict)
        append(arguments, {"-xerror"});
    append(arguments, {"-copyts", "-noautorotate"});
    append(arguments, decoder_limits());
    append(arguments, input(file, demuxers));
    append(arguments, {"-map", "0:V:0"});
    for (const int index : audio_indexes)
        append(arguments, {"-map", fmt::format("0:{}", index)});
    append(arguments, {"-fps_mode", "passthrough", "-enc_time_base:v", "-1"});
    // Only the times matter. The muxer holds back video until there is audio as far, at most 10 s
    // of it, or all where the audio begins late: with whole pictures gigabytes (wrapped_avframe
    // holds them too). A crop copies nothing, and four pixels are all that is kept of a picture.
    append(arguments,
           {"-vf", "crop=min(2\\,iw):min(2\\,ih):0:0:exact=1", "-c:v", "rawvideo", "-c:a",
            "pcm_s16le", "-max_muxing_queue_size", "10000000", "-f", "framecrc", "pipe:1"});
    return {Program::ffmpeg, std::move(arguments), {}};
}

FfmpegCommand segment_times_command(const std::filesystem::path& segment) {
    Arguments arguments = ffmpeg_beginning();
    append(arguments, {"-xerror", "-copyts"});
    append(arguments, input(segment, "mov"));
    append(arguments, {"-map", "0:v:0", "-c", "copy", "-f", "framecrc", "pipe:1"});
    return {Program::ffmpeg, std::move(arguments), {}};
}

std::string rendition_demuxers(Container container) {
    return container == Container::mp4 ? "mov" : "matroska";
}

std::string extension_of(Container container) {
    return container == Container::mp4 ? "mp4" : "mkv";
}

} // namespace av1encd
