#include "daemon/core/stream_plans.hpp"

#include "daemon/core/ffmpeg_args.hpp"
#include "daemon/core/opus_layout.hpp"
#include "daemon/core/pixel_format.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace av1encd {

namespace {

/// Why SVT-AV1 1.4.1 refuses such a picture.
std::optional<std::string> svt_refuses(const StreamInfo& video, const PixelFormat& format) {
    const auto size = fmt::format("{}x{}", video.width, video.height);
    if (format.chroma != Chroma::yuv420)
        return "pictures other than 4:2:0";
    if (format.bits > 10)
        return "more than 10 bits";
    if (video.width % 2 != 0 || video.height % 2 != 0)
        return fmt::format("odd picture sizes ({})", size);
    if (video.width < 64 || video.height < 64)
        return fmt::format("pictures with a side under 64 ({})", size);
    if (video.width > 16384 || video.height > 8704)
        return fmt::format("pictures larger than 16384x8704 ({})", size);
    return std::nullopt;
}

/// Why rav1e 0.5 refuses such a picture.
std::optional<std::string> rav1e_refuses(const StreamInfo& video, const PixelFormat& format) {
    if (format.chroma == Chroma::none || format.chroma == Chroma::rgb)
        return "pictures other than YUV";
    if (video.width < 16 || video.height < 16)
        return fmt::format("pictures with a side under 16 ({}x{})", video.width, video.height);
    return std::nullopt;
}

std::optional<std::string> refuses(Encoder encoder, const StreamInfo& video,
                                   const PixelFormat& format) {
    switch (encoder) {
    case Encoder::libsvtav1: return svt_refuses(video, format);
    case Encoder::librav1e: return rav1e_refuses(video, format);
    case Encoder::libaom_av1: return std::nullopt;
    }
    return std::nullopt;
}

void stand_in(VideoPlan& plan, const EncodeConfig& encode, std::string_view refused, Notes& notes) {
    constexpr int fastest_cpu_used = 8;
    plan.encoder = Encoder::libaom_av1;
    plan.preset = std::min(encode.preset, fastest_cpu_used);
    plan.extra_args.clear();
    notes.push_back(fmt::format("encoded by libaom-av1 at cpu-used {}: {} takes no {}", plan.preset,
                                to_string(encode.encoder), refused));
    if (!encode.extra_args.empty())
        notes.push_back(fmt::format("encode.extra_args are left out: they belong to {}",
                                    to_string(encode.encoder)));
}

void note_what_av1_cannot_say(const VideoPlan& plan, const PixelFormat& format, Notes& notes) {
    const auto& video = plan.source;
    constexpr std::array<std::string_view, 4> interlaced = {"tt", "bb", "tb", "bt"};
    if (std::ranges::find(interlaced, video.field_order) != interlaced.end())
        notes.emplace_back("interlaced: the pictures keep their two fields, but AV1 has no mark "
                           "that says so to a player");
    constexpr std::array<std::string_view, 4> sayable = {"", "unspecified", "left", "topleft"};
    if (format.chroma == Chroma::yuv420 &&
        std::ranges::find(sayable, video.chroma_location) == sayable.end())
        notes.push_back(fmt::format("the chroma location {} is left out: AV1 knows left and "
                                    "topleft alone",
                                    video.chroma_location));
    // What stands in the container goes along with it; FFmpeg 5.1 hands no encoder what does not.
    if (video.hdr_in_pictures && plan.encoder != Encoder::libsvtav1)
        notes.push_back(
            fmt::format("left out: HDR metadata that stands in the pictures alone, which "
                        "{} is not told",
                        to_string(plan.encoder)));
}

/// "stream 3 (dvd_subtitle, deu)"
std::string describe(const StreamInfo& stream) {
    std::string text = stream.codec.empty() ? "unknown codec" : stream.codec;
    const auto language = stream.tags.find("language");
    if (language != stream.tags.end() && language->second != "und")
        text += ", " + language->second;
    return fmt::format("stream {} ({})", stream.index, text);
}

bool is_among(std::string_view word, const auto& words) {
    return std::ranges::find(words, word) != std::ranges::end(words);
}

/// Text that FFmpeg both decodes and can write anew.
bool is_text(std::string_view codec) {
    constexpr std::array<std::string_view, 17> text = {
        "ass",       "eia_608",    "jacosub", "microdvd", "mov_text", "mpl2",
        "pjs",       "realtext",   "sami",    "ssa",      "stl",      "subrip",
        "subviewer", "subviewer1", "text",    "vplayer",  "webvtt"};
    return is_among(codec, text);
}

/// nullopt: the container cannot hold it.
std::optional<std::string> subtitle_codec(std::string_view codec, Container container) {
    constexpr std::array<std::string_view, 9> matroska_holds = {
        "ass",          "ssa",          "subrip",
        "webvtt",       "text",         "hdmv_pgs_subtitle",
        "dvd_subtitle", "dvb_subtitle", "hdmv_text_subtitle"};
    if (container == Container::mp4 && codec == "mov_text")
        return "copy";
    if (container == Container::mkv && is_among(codec, matroska_holds))
        return "copy";
    if (!is_text(codec))
        return std::nullopt;
    return container == Container::mp4 ? "mov_text" : "subrip";
}

std::string_view what_is(const StreamInfo& stream) {
    if (stream.attached_picture)
        return "cover picture";
    if (stream.kind == StreamKind::video)
        return "further video";
    return "data or attachment";
}

} // namespace

const StreamInfo* first_video(const MediaInfo& source) {
    const auto found = std::ranges::find_if(source.streams, [](const StreamInfo& stream) {
        return stream.kind == StreamKind::video && !stream.attached_picture;
    });
    return found == source.streams.end() ? nullptr : &*found;
}

VideoPlan plan_video(const StreamInfo& video, const EncodeConfig& encode, Notes& notes) {
    VideoPlan plan;
    plan.source = video;
    plan.encoder = encode.encoder;
    plan.preset = encode.preset;
    plan.extra_args = encode.extra_args;
    auto nearest = nearest_av1_format(parse_pixel_format(video.pixel_format).value());
    plan.pixel_format = std::move(nearest.name);
    notes.insert(notes.end(), nearest.notes.begin(), nearest.notes.end());
    if (const auto refused = refuses(plan.encoder, video, nearest.format))
        stand_in(plan, encode, *refused, notes);
    note_what_av1_cannot_say(plan, nearest.format, notes);
    return plan;
}

std::vector<AudioPlan> plan_audio(const MediaInfo& source, const AudioConfig& audio, Notes& notes) {
    std::vector<AudioPlan> plans;
    for (const auto& stream : source.streams) {
        if (stream.kind != StreamKind::audio)
            continue;
        const auto layout = opus_layout_for(stream);
        const auto bitrate = opus_bitrate(audio.bitrate, layout);
        if (!layout.note.empty())
            notes.push_back(fmt::format("audio of {}: {}", describe(stream), layout.note));
        if (bitrate != audio.bitrate)
            notes.push_back(fmt::format("audio of {}: {} bit/s, the most for {} channels",
                                        describe(stream), bitrate, layout.channels));
        plans.push_back({stream, audio.codec, bitrate});
    }
    return plans;
}

std::vector<SubtitlePlan> plan_subtitles(const MediaInfo& source, Container container,
                                         Notes& notes) {
    std::vector<SubtitlePlan> plans;
    for (const auto& stream : source.streams) {
        if (stream.kind != StreamKind::subtitle)
            continue;
        if (const auto codec = subtitle_codec(stream.codec, container))
            plans.push_back({stream, *codec});
        else
            notes.push_back(fmt::format("left out: subtitles of {}, which {} cannot hold",
                                        describe(stream), extension_of(container)));
    }
    return plans;
}

void note_what_is_left(const MediaInfo& source, const StreamInfo& video, Notes& notes) {
    for (const auto& stream : source.streams) {
        // The texts of an MP4's chapters, which are carried as such.
        if (stream.codec == "bin_data" && source.chapters > 0)
            continue;
        const bool is_left = stream.kind == StreamKind::other ||
                             (stream.kind == StreamKind::video && stream.index != video.index);
        if (is_left)
            notes.push_back(fmt::format("left out: {} of {}", what_is(stream), describe(stream)));
    }
}

} // namespace av1encd
