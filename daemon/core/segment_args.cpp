#include "daemon/core/ffmpeg_args.hpp"

#include "daemon/core/ffmpeg_options.hpp"
#include "daemon/core/pixel_format.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace av1encd {

namespace {

using Filters = std::vector<std::string>;

bool begins_later(const EncodePlan& plan, const SegmentRange& range) {
    return range.start != plan.cuts.start;
}

/// To a keyframe at or before the segment; what is decoded before it is trimmed away.
Arguments seek_to(const VideoPlan& video, const SegmentRange& range) {
    // Most demuxers look for decoding times, which are before the presentation time asked for;
    // FFmpeg's own allowance of 0.13 s loses frames of an HEVC TS with five B-frames in a row.
    // Where the keyframe itself can be named, nothing is decoded in vain; a microsecond more than
    // its time, as less than it finds the one before.
    const double allowance = video.exact_seeks ? -1e-6 : 1;
    const auto start = static_cast<double>(range.start) * video.source.time_base.value();
    // -seek_timestamp: else the time counts from the file's start time on, and a TS gives 8 of 48
    // frames. -noaccurate_seek: else ffmpeg drops frames by times of its own, before the trim.
    return {"-seek_timestamp", "1", "-ss", seconds_text(start - allowance), "-noaccurate_seek"};
}

/// A segment's first picture has the time 0, so that segments can be joined at any place.
Filters time_filters(const EncodePlan& plan, const SegmentRange& range) {
    Filters filters;
    std::vector<std::string> bounds;
    if (begins_later(plan, range))
        bounds.push_back(fmt::format("start_pts={}", range.start));
    if (range.end)
        bounds.push_back(fmt::format("end_pts={}", *range.end));
    if (!bounds.empty())
        filters.push_back(fmt::format("trim={}", fmt::join(bounds, ":")));
    filters.emplace_back("setpts=PTS-STARTPTS");
    if (plan.video.shared_times) {
        // Encoders and the MP4 muxer want times that grow: the next tick of a clock so fine that
        // join_command() can take it back.
        filters.push_back(fmt::format("settb=1/{}", track_clock(plan.video).ticks_per_second));
        filters.emplace_back(R"(setpts=if(N\,max(PTS\,PREV_OUTPTS+1)\,PTS))");
    }
    return filters;
}

std::string_view range_word(const StreamInfo& video, const PixelFormat& format) {
    if (format.full_range || video.color_range == "pc")
        return "full";
    return video.color_range == "tv" ? "limited" : "";
}

/// Into another notation of the same picture.
Filters format_filters(const VideoPlan& video) {
    Filters filters;
    const auto source = parse_pixel_format(video.source.pixel_format);
    if (!source || video.source.pixel_format == video.pixel_format)
        return filters;
    const auto range = range_word(video.source, *source);
    // Told both ways, or full range becomes limited on the way from yuvj420p to yuv420p.
    if (source->chroma != Chroma::rgb && !range.empty())
        filters.push_back(fmt::format("scale=in_range={0}:out_range={0}", range));
    filters.push_back(fmt::format("format={}", video.pixel_format));
    return filters;
}

/// `extra_args` without the values of `option`, which are returned: FFmpeg takes the last such
/// option alone, and ours would be lost.
std::vector<std::string> cut_values(Arguments& extra_args, std::string_view option) {
    std::vector<std::string> values;
    for (auto at = std::ranges::find(extra_args, option);
         at != extra_args.end() && std::next(at) != extra_args.end();
         at = std::ranges::find(extra_args, option)) {
        values.push_back(*std::next(at));
        extra_args.erase(at, at + 2);
    }
    return values;
}

/// An option whose value is a list of settings: ours, then those of extra_args.
Arguments settings(std::string_view option, std::vector<std::string> ours, Arguments& extra_args) {
    std::ranges::move(cut_values(extra_args, option), std::back_inserter(ours));
    if (ours.empty())
        return {};
    return {std::string(option), fmt::format("{}", fmt::join(ours, ":"))};
}

/// SVT-AV1 takes from 1 to 240 frames a second for possible, and only plans by it. FFmpeg's own
/// guess is 90,000 for some variable rates.
std::string svt_frame_rate(Rational average) {
    constexpr double usual = 25;
    const auto known = average.num > 0 ? average.value() : usual;
    const auto rate = std::clamp(known, 1.0, 240.0);
    if (rate == known && average.num > 0)
        return fmt::format("fps-num={}:fps-denom={}", average.num, average.den);
    return fmt::format("fps-num={}:fps-denom=1", std::lround(rate));
}

Arguments svt_options(const VideoPlan& video, int crf, int threads) {
    auto extra = video.extra_args;
    // `crf` among the parameters: FFmpeg 5.1 takes -crf 0 for 'not set'.
    std::vector<std::string> parameters = {fmt::format("crf={}", crf),
                                           svt_frame_rate(video.source.average_frame_rate)};
    if (threads > 0)
        parameters.push_back(fmt::format("lp={}", threads));
    // FFmpeg 5.1 hands no HDR metadata to an encoder.
    if (!video.source.mastering_display.empty())
        parameters.push_back("mastering-display=" + video.source.mastering_display);
    if (!video.source.content_light.empty())
        parameters.push_back("content-light=" + video.source.content_light);
    Arguments arguments = {"-c:v", "libsvtav1", "-preset", std::to_string(video.preset)};
    append(arguments, settings("-svtav1-params", std::move(parameters), extra));
    append(arguments, extra);
    return arguments;
}

Arguments aom_options(const VideoPlan& video, int crf, int threads, const SegmentTweaks& tweaks) {
    auto extra = video.extra_args;
    std::vector<std::string> parameters;
    // FFmpeg 5.1 does not tell libaom where the chroma lies. Left is what players take for granted.
    if (video.source.chroma_location == "topleft" && video.pixel_format.starts_with("yuv420p"))
        parameters.emplace_back("chroma-sample-position=colocated");
    // -b:v 0: else -crf is but a bound to a bit rate.
    Arguments arguments = {"-c:v",      "libaom-av1",
                           "-cpu-used", std::to_string(video.preset),
                           "-crf",      std::to_string(crf),
                           "-b:v",      "0",
                           "-row-mt",   "1"};
    if (threads > 0)
        append(arguments, {"-threads", std::to_string(threads)});
    append(arguments, settings("-aom-params", std::move(parameters), extra));
    append(arguments, extra);
    // Last, as extra_args may hold another value.
    if (tweaks.no_lag_in_frames)
        append(arguments, {"-lag-in-frames", "0"});
    return arguments;
}

Arguments rav1e_options(const VideoPlan& video, int crf, int threads) {
    const auto quantizer = std::lround(crf * 255.0 / 63.0);
    Arguments arguments = {"-c:v",   "librav1e",
                           "-speed", std::to_string(video.preset),
                           "-qp",    std::to_string(quantizer)};
    if (threads > 0)
        append(arguments, {"-threads", std::to_string(threads)});
    append(arguments, video.extra_args);
    return arguments;
}

Arguments encoder_options(const VideoPlan& video, int crf, int threads,
                          const SegmentTweaks& tweaks) {
    switch (video.encoder) {
    case Encoder::libsvtav1: return svt_options(video, crf, threads);
    case Encoder::libaom_av1: return aom_options(video, crf, threads, tweaks);
    case Encoder::librav1e: return rav1e_options(video, crf, threads);
    }
    return {};
}

Arguments filter_option(const Filters& filters) {
    return {"-vf", fmt::format("{}", fmt::join(filters, ","))};
}

} // namespace

FfmpegCommand segment_command(const EncodePlan& plan, int crf, const SegmentRange& range,
                              int threads, const SegmentTweaks& tweaks,
                              const std::filesystem::path& source, const std::string& demuxers,
                              const std::filesystem::path& output) {
    Arguments arguments = ffmpeg_beginning();
    append(arguments, strictness(plan));
    append(arguments, {"-nostats", "-progress", "pipe:1", "-stats_period", "1"});
    // -copyts: the source's own times reach the trim. -noautorotate: the matrix goes along instead;
    // ffmpeg copies it with all the track's side data, mirroring included.
    append(arguments, {"-copyts", "-noautorotate"});
    append(arguments, decoder_limits());
    if (begins_later(plan, range))
        append(arguments, seek_to(plan.video, range));
    append(arguments, input(source, demuxers));
    auto filters = time_filters(plan, range);
    std::ranges::move(format_filters(plan.video), std::back_inserter(filters));
    const auto clock = fmt::to_string(track_clock(plan.video).ticks_per_second);
    append(arguments, {"-map", "0:V:0", "-map_metadata", "-1", "-map_chapters", "-1"});
    append(arguments, filter_option(filters));
    // -fps_mode: by default 8 frames of a variable rate become 13, and a gap of 10 h 360,000.
    // -enc_time_base -1: the source's; else that of the frame rate, and 119 of 120 timestamps of a
    // jittered 1/90000 source are rounded.
    append(arguments, {"-fps_mode", "passthrough", "-enc_time_base:v",
                       plan.video.shared_times ? "1:" + clock : "-1"});
    append(arguments, encoder_options(plan.video, crf, threads, tweaks));
    // -movie_timescale: else a first timestamp off the millisecond moves (990 for 1001).
    append(arguments, {"-video_track_timescale", clock, "-movie_timescale", clock, "-f", "mp4",
                       "-y", file_name(output)});
    return {Program::ffmpeg, std::move(arguments), {"SVT_LOG=1"}};
}

FfmpegCommand keyframes_command(const EncodePlan& plan, const std::filesystem::path& source,
                                const std::string& demuxers) {
    Arguments arguments = ffmpeg_beginning();
    append(arguments, {"-copyts", "-noautorotate"});
    append(arguments, decoder_limits());
    append(arguments, {"-skip_frame", "nokey"});
    append(arguments, input(source, demuxers));
    append(arguments, {"-map", "0:V:0", "-map_metadata", "-1", "-map_chapters", "-1"});
    // Not every decoder passes over the other pictures.
    Filters filters = {"select=key"};
    std::ranges::move(format_filters(plan.video), std::back_inserter(filters));
    append(arguments, filter_option(filters));
    // What a picture is taken for depends neither on speed nor on quality. -flush_packets: each as
    // soon as it is there.
    append(arguments, {"-fps_mode",
                       "passthrough",
                       "-enc_time_base:v",
                       "-1",
                       "-c:v",
                       "libaom-av1",
                       "-usage",
                       "allintra",
                       "-cpu-used",
                       "8",
                       "-crf",
                       "63",
                       "-b:v",
                       "0",
                       "-threads",
                       "1",
                       "-avoid_negative_ts",
                       "disabled",
                       "-flush_packets",
                       "1",
                       "-f",
                       "ivf",
                       "pipe:1"});
    return {Program::ffmpeg, std::move(arguments), {}};
}

} // namespace av1encd
