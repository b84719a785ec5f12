#include "daemon/core/output_check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <string_view>
#include <utility>

namespace av1encd {

namespace {

using Reason = std::optional<std::string>;

// Timestamps of the one audio encode are rounded to the container's clock: Matroska's is 1 ms.
constexpr double audio_start_tolerance = 0.001;
// Far below any clock's tick, far above what doubles lose in a video of days.
constexpr double rounding = 1e-7;

constexpr std::string_view unknown_language = "und";

// ISO 639-2: twenty languages have two codes. MP4 keeps the one it is given, Matroska has the
// bibliographic one (first here).
constexpr std::array<std::pair<std::string_view, std::string_view>, 20> two_codes = {{
    {"alb", "sqi"}, {"arm", "hye"}, {"baq", "eus"}, {"bur", "mya"}, {"chi", "zho"},
    {"cze", "ces"}, {"dut", "nld"}, {"fre", "fra"}, {"geo", "kat"}, {"ger", "deu"},
    {"gre", "ell"}, {"ice", "isl"}, {"mac", "mkd"}, {"mao", "mri"}, {"may", "msa"},
    {"per", "fas"}, {"rum", "ron"}, {"slo", "slk"}, {"tib", "bod"}, {"wel", "cym"},
}};

std::string_view language_of(const StreamInfo& stream) {
    const auto tag = stream.tags.find("language");
    if (tag == stream.tags.end())
        return unknown_language;
    const std::string_view language = tag->second;
    const auto* const twin =
        std::ranges::find(two_codes, language, [](const auto& codes) { return codes.second; });
    return twin == two_codes.end() ? language : twin->first;
}

/// MP4 has room for three letters; what is none comes out as 'und'.
bool same_language(const StreamInfo& planned, const StreamInfo& found) {
    const auto wanted = language_of(planned);
    const bool is_code = wanted.size() == 3 && std::ranges::all_of(wanted, [](char letter) {
                             return letter >= 'a' && letter <= 'z';
                         });
    return !is_code || language_of(found) == wanted;
}

/// The codec that ffprobe will name for what this encoder makes.
std::string_view codec_made_by(const AudioPlan& audio) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> known = {{
        {"libopus", "opus"},
        {"libvorbis", "vorbis"},
        {"libmp3lame", "mp3"},
        {"libfdk_aac", "aac"},
    }};
    if (audio.codec == "copy")
        return audio.source.codec;
    const auto* const found =
        std::ranges::find(known, audio.codec, [](const auto& names) { return names.first; });
    return found == known.end() ? std::string_view(audio.codec) : found->second;
}

std::vector<StreamInfo> streams_of(const MediaInfo& media, StreamKind kind) {
    std::vector<StreamInfo> streams;
    std::ranges::copy_if(media.streams, std::back_inserter(streams), [kind](const auto& stream) {
        return stream.kind == kind && !stream.attached_picture;
    });
    return streams;
}

Reason different_count(std::string_view what, std::size_t found, std::size_t planned) {
    if (found == planned)
        return std::nullopt;
    return fmt::format("{} {} instead of {}", found, what, planned);
}

Reason wrong_video(const VideoPlan& planned, const std::vector<StreamInfo>& found) {
    if (auto reason = different_count("video streams", found.size(), 1))
        return reason;
    const auto& video = found.front();
    if (video.codec != "av1")
        return fmt::format("the video is {}, not av1", video.codec);
    if (video.width != planned.source.width || video.height != planned.source.height) {
        return fmt::format("the picture is {}x{} instead of {}x{}", video.width, video.height,
                           planned.source.width, planned.source.height);
    }
    if (video.pixel_format != planned.pixel_format) {
        return fmt::format("the pixel format is {} instead of {}", video.pixel_format,
                           planned.pixel_format);
    }
    return std::nullopt;
}

Reason wrong_audio(const std::vector<AudioPlan>& planned, const std::vector<StreamInfo>& found) {
    if (auto reason = different_count("audio streams", found.size(), planned.size()))
        return reason;
    for (std::size_t i = 0; i < planned.size(); ++i) {
        if (found[i].codec != codec_made_by(planned[i])) {
            return fmt::format("audio stream {} is {} instead of {}", i + 1, found[i].codec,
                               codec_made_by(planned[i]));
        }
        if (!same_language(planned[i].source, found[i])) {
            return fmt::format("the language of audio stream {} is '{}' instead of '{}'", i + 1,
                               language_of(found[i]), language_of(planned[i].source));
        }
    }
    return std::nullopt;
}

Reason wrong_subtitles(const std::vector<SubtitlePlan>& planned,
                       const std::vector<StreamInfo>& found) {
    if (auto reason = different_count("subtitle streams", found.size(), planned.size())) {
        return reason;
    }
    for (std::size_t i = 0; i < planned.size(); ++i) {
        if (same_language(planned[i].source, found[i]))
            continue;
        return fmt::format("the language of subtitle stream {} is '{}' instead of '{}'", i + 1,
                           language_of(found[i]), language_of(planned[i].source));
    }
    return std::nullopt;
}

Reason wrong_streams(const EncodePlan& plan, const MediaInfo& rendition) {
    if (auto reason = wrong_video(plan.video, streams_of(rendition, StreamKind::video))) {
        return reason;
    }
    if (auto reason = wrong_audio(plan.audio, streams_of(rendition, StreamKind::audio))) {
        return reason;
    }
    if (auto reason =
            wrong_subtitles(plan.subtitles, streams_of(rendition, StreamKind::subtitle))) {
        return reason;
    }
    return different_count("chapters", static_cast<std::size_t>(rendition.chapters),
                           static_cast<std::size_t>(plan.chapters));
}

double seconds(std::int64_t ticks, Rational base) {
    return TickSpan{0, ticks, base}.seconds();
}

struct AudioTimes {
    double start = 0; ///< seconds from the first picture on
    double end = 0;
    double longest_frame = 0;
};

AudioTimes audio_times(const FrameTimes& times, const AudioSpan& span) {
    const auto origin = seconds(times.pictures.front(), times.time_base);
    return {seconds(span.start, span.time_base) - origin,
            seconds(span.end, span.time_base) - origin,
            seconds(span.longest_frame, span.time_base)};
}

/// To the microsecond; the sum with zero makes 0 of -0.
double readable(double time) {
    return std::round(time * 1e6) / 1e6 + 0.0;
}

Reason audio_elsewhere(std::size_t number, const AudioTimes& wanted, const AudioTimes& found) {
    if (std::abs(found.start - wanted.start) > audio_start_tolerance + rounding) {
        return fmt::format("audio stream {} starts at {} s instead of {} s", number,
                           readable(found.start), readable(wanted.start));
    }
    const auto packet = std::max(found.longest_frame, wanted.longest_frame);
    if (std::abs(found.end - wanted.end) > packet + rounding) {
        return fmt::format("audio stream {} ends at {} s instead of {} s", number,
                           readable(found.end), readable(wanted.end));
    }
    return std::nullopt;
}

/// Both have the same pictures, and at least one.
Reason wrong_audio_times(const FrameTimes& source, const FrameTimes& decoded) {
    if (auto reason = different_count("audio streams with anything in them", decoded.audio.size(),
                                      source.audio.size())) {
        return reason;
    }
    for (std::size_t i = 0; i < source.audio.size(); ++i) {
        if (auto reason = audio_elsewhere(i + 1, audio_times(source, source.audio[i]),
                                          audio_times(decoded, decoded.audio[i]))) {
            return reason;
        }
    }
    return std::nullopt;
}

} // namespace

Reason reason_to_reject(const EncodePlan& plan, const FrameTimes& source,
                        const MediaInfo& rendition, const FrameTimes& decoded,
                        const ProcessOutcome& decode_outcome) {
    if (!decode_outcome.ended_well()) {
        return "it does not decode: " + describe_with_reason(decode_outcome);
    }
    if (!std::ranges::all_of(decode_outcome.stderr_lines, is_about_machine)) {
        return "it does not decode cleanly: " + telling_line(decode_outcome);
    }
    if (auto reason = difference(source, decoded))
        return reason;
    if (decoded.pictures.empty())
        return "no picture of it can be decoded";
    if (auto reason = wrong_streams(plan, rendition))
        return reason;
    return wrong_audio_times(source, decoded);
}

} // namespace av1encd
