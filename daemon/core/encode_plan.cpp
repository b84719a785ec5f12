#include "daemon/core/encode_plan.hpp"

#include "daemon/core/pixel_format.hpp"
#include "daemon/core/stream_plans.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace av1encd {

namespace {

/// 134,217,728
std::string grouped(std::uint64_t number) {
    auto digits = std::to_string(number);
    for (auto end = static_cast<int>(digits.size()) - 3; end > 0; end -= 3)
        digits.insert(static_cast<std::size_t>(end), ",");
    return digits;
}

bool has(const MediaInfo& source, StreamKind kind) {
    return std::ranges::any_of(source.streams,
                               [kind](const StreamInfo& stream) { return stream.kind == kind; });
}

Refusal not_a_video(const MediaInfo& source) {
    if (has(source, StreamKind::video))
        return {"not a video: no video stream, only a cover picture"};
    if (has(source, StreamKind::audio))
        return {"not a video: no video stream, only audio"};
    return {"not a video: no video stream"};
}

std::optional<Refusal> refuse_picture(const StreamInfo& video, const LimitsConfig& limits) {
    if (video.codec.empty())
        return Refusal{"its video codec is not known to FFmpeg"};
    if (video.width <= 0 || video.height <= 0)
        return Refusal{"not a video: its pictures have no size that can be told"};
    const auto pixels =
        static_cast<std::uint64_t>(video.width) * static_cast<std::uint64_t>(video.height);
    if (pixels > limits.pixels)
        return Refusal{fmt::format("picture of {} pixels is over limits.pixels ({})",
                                   grouped(pixels), grouped(limits.pixels))};
    if (video.pixel_format.empty())
        return Refusal{"damaged: none of its first pictures can be decoded"};
    if (!parse_pixel_format(video.pixel_format))
        return Refusal{fmt::format("its pixel format {} is not one that can be turned into AV1's",
                                   video.pixel_format)};
    return std::nullopt;
}

std::optional<Refusal> refuse_length(std::uint64_t frames, const LimitsConfig& limits) {
    if (frames <= limits.frames)
        return std::nullopt;
    return Refusal{fmt::format("{} frames are over limits.frames ({})", grouped(frames),
                               grouped(limits.frames))};
}

void plan_container(const MediaInfo& source, EncodePlan& plan) {
    plan.chapters = source.chapters;
    plan.tags = source.tags;
    constexpr int matroska_ticks = 1000; // a second
    if (plan.container == Container::mkv) {
        if (matroska_ticks % plan.video.source.time_base.den != 0)
            plan.notes.emplace_back(
                "timestamps are rounded to the millisecond, the clock of FFmpeg's Matroska");
        return;
    }
    plan.named_chapters = source.untitled_chapters;
    if (!plan.named_chapters.empty())
        plan.notes.emplace_back(
            "chapters without a title are called Chapter 1, 2 …: MP4 needs one");
}

void plan_segments(const PacketTimes& packets, std::optional<Duration> wished, EncodePlan& plan) {
    const auto& video = plan.video.source;
    plan.cuts = cut_places(packets, video.start_pts.value_or(0));
    const auto seconds = std::chrono::duration<double>(wished.value_or(Duration{})).count();
    plan.segment_ticks = std::llround(seconds / video.time_base.value());
}

} // namespace

std::vector<SegmentRange> segments_of(const EncodePlan& plan) {
    return cut_by_length(plan.cuts, {plan.cuts.start, std::nullopt}, plan.segment_ticks);
}

std::optional<Refusal> refuse_early(const MediaInfo& source, const LimitsConfig& limits) {
    const auto* const video = first_video(source);
    if (video == nullptr)
        return not_a_video(source);
    if (auto refusal = refuse_picture(*video, limits))
        return refusal;
    if (source.duration_seconds.value_or(0) <= 0)
        return Refusal{"no duration: the file does not say how long it is"};
    return refuse_length(
        static_cast<std::uint64_t>(std::max<std::int64_t>(video->promised_frames.value_or(0), 0)),
        limits);
}

std::variant<EncodePlan, Refusal> plan_encode(const MediaInfo& source, const PacketTimes& packets,
                                              const EncodeConfig& encode,
                                              const LimitsConfig& limits) {
    if (auto refusal = refuse_early(source, limits))
        return *std::move(refusal);
    if (auto refusal = refuse_length(packets.promised_pictures, limits))
        return *std::move(refusal);
    if (packets.promised_pictures == 0)
        return Refusal{"not a video: its video stream holds no pictures"};
    const auto& video = *first_video(source);
    EncodePlan plan;
    plan.video = plan_video(video, encode, plan.notes);
    plan.video.threads = encode.threads;
    // Other demuxers look for decoding times, or know of no keyframe at all.
    plan.video.exact_seeks = source.format.starts_with("mov,");
    plan.video.shared_times = packets.distinct_times < packets.promised_pictures;
    plan.audio = plan_audio(source, encode.audio, plan.notes);
    plan.subtitles = plan_subtitles(source, encode.container, plan.notes);
    note_what_is_left(source, video, plan.notes);
    plan.duration_seconds = *source.duration_seconds;
    plan.ladder = encode.crf;
    plan_segments(packets, encode.segment, plan);
    plan.container = encode.container;
    plan.damaged = encode.damaged;
    plan_container(source, plan);
    return plan;
}

} // namespace av1encd
