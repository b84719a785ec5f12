#pragma once
// A part of the plan -> the command line that carries it out. All paths are absolute, below
// work_dir and of our own making; every command names its protocols and demuxers.
// What each option is for stands in the source, with the FFmpeg fact behind it.

#include "daemon/core/encode_plan.hpp"
#include "daemon/core/frame_times.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace av1encd {

enum class Program { ffmpeg, ffprobe };

struct FfmpegCommand {
    Program program = Program::ffmpeg;
    std::vector<std::string> arguments;   ///< without the program's name
    std::vector<std::string> environment; ///< NAME=value, beside the daemon's own
    bool operator==(const FfmpegCommand&) const = default;
};

/// stdout: ffprobe's JSON of format, streams, chapters and the side data of the first frames.
FfmpegCommand probe_command(const std::filesystem::path& file, const std::string& demuxers);

/// stdout: `pts,dts,flags` a packet of stream `video_index`, for PacketTimesParser: N/A for a time
/// that is not known; a comma and an empty line follow where the packet has side data.
FfmpegCommand packets_command(const std::filesystem::path& file, const std::string& demuxers,
                              int video_index);

/// stdout: framecrc lines for FrameTimesParser: the first video stream that is no cover picture,
/// then the audio streams named. `strict`: the first error ends it (-xerror).
FfmpegCommand decode_command(const std::filesystem::path& file, const std::string& demuxers,
                             const std::vector<int>& audio_indexes, bool strict);

/// All audio streams of the plan into one file, an MP4 whatever the rendition's container is.
FfmpegCommand audio_command(const EncodePlan& plan, const std::filesystem::path& source,
                            const std::string& demuxers, const std::filesystem::path& output);

/// What a later attempt does otherwise than the first.
struct SegmentTweaks {
    bool no_lag_in_frames = false; ///< libaom's assertion stats_in > … (-lag-in-frames 0)
    bool operator==(const SegmentTweaks&) const = default;
};

/// One segment of one rendition: video only. stdout: -progress lines. `range` begins and ends at
/// the times of pictures, best of keyframes. SVT-AV1 1.4.1 never ends where no picture is in it:
/// whoever runs it must end it when the source proves to have none.
FfmpegCommand segment_command(const EncodePlan& plan, int crf, const SegmentRange& range,
                              int threads, const SegmentTweaks& tweaks,
                              const std::filesystem::path& source, const std::string& demuxers,
                              const std::filesystem::path& output);

/// stdout: IVF for ScreenContentParser: each keyframe of the source as libaom encodes it by itself,
/// in the source's times.
FfmpegCommand keyframes_command(const EncodePlan& plan, const std::filesystem::path& source,
                                const std::string& demuxers);

/// stdout: framecrc lines of a segment's packets, without decoding them. Their times are those of
/// its pictures: AV1 in MP4 has no order of its own.
FfmpegCommand segment_times_command(const std::filesystem::path& segment);

struct SegmentFile {
    SegmentRange range;
    std::filesystem::path file;
    bool operator==(const SegmentFile&) const = default;
};

/// The list that the concat demuxer reads: the segments in order of time. It opens one at a time.
std::string concat_list(const EncodePlan& plan, const std::vector<SegmentFile>& segments);

/// Segments, the one audio and what is copied from the source (subtitles, chapters, tags) into a
/// file that carries `source_sha256`. `audio` empty: the plan has none.
/// `source_times`: where the source's video and audio begin.
FfmpegCommand join_command(const EncodePlan& plan, const FrameTimes& source_times,
                           const std::filesystem::path& list, const std::filesystem::path& audio,
                           const std::filesystem::path& source, const std::string& demuxers,
                           const std::string& source_sha256, const std::filesystem::path& output);

/// The demuxer that reads files which join_command() made.
std::string rendition_demuxers(Container container);

/// File extension of a container's files, without the dot.
std::string extension_of(Container container);

} // namespace av1encd
