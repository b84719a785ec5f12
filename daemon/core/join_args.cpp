#include "daemon/core/ffmpeg_args.hpp"

#include "daemon/core/ffmpeg_options.hpp"
#include "daemon/core/opus_layout.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace av1encd {

namespace {

/// The audio's file begins at least that late, whatever the source's start: a muxer that meets a
/// negative time moves or cuts.
constexpr double audio_lead_seconds = 10;

double start_seconds(const StreamInfo& stream) {
    return static_cast<double>(stream.start_pts.value_or(0)) * stream.time_base.value();
}

/// What is added to the source's times in the file of its audio.
double audio_offset(const EncodePlan& plan) {
    auto earliest = start_seconds(plan.video.source);
    for (const auto& audio : plan.audio)
        earliest = std::min(earliest, start_seconds(audio.source));
    return audio_lead_seconds - std::floor(earliest);
}

Arguments opus_options(const AudioPlan& audio, std::size_t number) {
    const auto layout = opus_layout_for(audio.source);
    // One rate and layout for the whole stream, even where the source's change in its midst.
    auto filter = std::string("aformat=sample_rates=48000");
    Arguments arguments;
    if (layout.name.empty()) // family 255: channels without places
        append(arguments, {fmt::format("-mapping_family:a:{}", number), "255"});
    else
        filter += ":channel_layouts=" + layout.name;
    append(arguments, {fmt::format("-filter:a:{}", number), filter, fmt::format("-c:a:{}", number),
                       audio.codec, fmt::format("-b:a:{}", number), std::to_string(audio.bitrate)});
    return arguments;
}

/// Single quotes hold everything but a single quote.
std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char byte : text)
        result += byte == '\'' ? std::string("'\\''") : std::string(1, byte);
    return result + "'";
}

std::int64_t microseconds_between(std::int64_t from, std::int64_t to, Rational base) {
    const auto ticks = static_cast<long double>(to) - static_cast<long double>(from);
    return std::llround(ticks * 1e6L * static_cast<long double>(base.num) /
                        static_cast<long double>(base.den));
}

double seconds(std::int64_t ticks, Rational base) {
    return static_cast<double>(static_cast<long double>(ticks) *
                               static_cast<long double>(base.num) /
                               static_cast<long double>(base.den));
}

double first_picture(const FrameTimes& times) {
    return times.pictures.empty() ? 0 : seconds(times.pictures.front(), times.time_base);
}

/// How long the earliest audio begins before the video; 0 where none does.
double audio_before_video(const FrameTimes& times) {
    const auto video = first_picture(times);
    auto earliest = video;
    for (const auto& audio : times.audio)
        earliest = std::min(earliest, seconds(audio.start, audio.time_base));
    return video - earliest;
}

// Matroska's clock is the millisecond. FFmpeg 5.1 writes Opus without its pre-skip of 6.5 ms, which
// its demuxer then takes off, as 7.
constexpr double matroska_tick = 0.001;
constexpr double matroska_opus_skip = 0.007;

/// What everything is moved by, so that nothing begins before 0. The video stays on its clock: what
/// is not a whole tick of it would be rounded, once and for all pictures alike.
double output_offset(const EncodePlan& plan, const FrameTimes& times) {
    const auto before = audio_before_video(times);
    return plan.container == Container::mp4 ? before
                                            : std::ceil(before / matroska_tick) * matroska_tick;
}

std::string tag_of(const StreamInfo& stream, const std::string& key) {
    const auto found = stream.tags.find(key);
    return found == stream.tags.end() ? std::string() : found->second;
}

Arguments tag(std::string_view where, std::string_view key, const std::string& value) {
    if (value.empty())
        return {};
    return {fmt::format("-metadata:s:{}", where), fmt::format("{}={}", key, value)};
}

/// Languages, titles and dispositions of a stream of the output, as the source has them.
Arguments described_as(const StreamInfo& stream, std::string_view where, Container container) {
    std::vector<std::string> dispositions;
    for (const auto& [name, value] : stream.dispositions)
        dispositions.push_back(name);
    const auto title = tag_of(stream, "title");
    Arguments arguments = tag(where, "language", tag_of(stream, "language"));
    append(arguments, tag(where, "title", title));
    // Of an MP4's two places for a title, FFmpeg 5.1 writes both and reads this one alone.
    if (container == Container::mp4)
        append(arguments,
               tag(where, "handler_name", title.empty() ? tag_of(stream, "handler_name") : title));
    append(arguments, {fmt::format("-disposition:{}", where),
                       dispositions.empty() ? std::string("0")
                                            : fmt::format("{}", fmt::join(dispositions, "+"))});
    return arguments;
}

Arguments all_described(const EncodePlan& plan) {
    Arguments arguments = described_as(plan.video.source, "v:0", plan.container);
    const auto describe = [&](char kind, std::size_t number, const StreamInfo& source) {
        append(arguments, described_as(source, fmt::format("{}:{}", kind, number), plan.container));
    };
    for (std::size_t i = 0; i < plan.audio.size(); ++i)
        describe('a', i, plan.audio[i].source);
    for (std::size_t i = 0; i < plan.subtitles.size(); ++i)
        describe('s', i, plan.subtitles[i].source);
    return arguments;
}

/// What FFmpeg reads of a container beside its tags; the output has its own.
constexpr std::array<std::string_view, 4> not_tags = {"major_brand", "minor_version",
                                                      "compatible_brands", "encoder"};

/// Those for which MP4 has a place of its own, which every player reads.
constexpr std::array<std::string_view, 17> usual_mp4_tags = {
    "album",         "album_artist", "artist",      "comment",    "composer", "copyright",
    "creation_time", "date",         "description", "episode_id", "genre",    "grouping",
    "keywords",      "lyrics",       "network",     "synopsis",   "title"};

bool is_among(std::string_view word, const auto& words) {
    return std::ranges::find(words, word) != std::ranges::end(words);
}

/// +use_metadata_tags keeps every tag, but in a place that fewer players read.
std::string mp4_flags(const EncodePlan& plan) {
    const bool usual = std::ranges::all_of(plan.tags, [](const auto& each) {
        return is_among(each.first, usual_mp4_tags) || is_among(each.first, not_tags);
    });
    return usual ? "+faststart" : "+faststart+use_metadata_tags";
}

Arguments tags(const EncodePlan& plan, const std::string& source_sha256) {
    // With `:g`, or the titles of chapters go too.
    Arguments arguments = {"-map_metadata:g", "-1"};
    // FFmpeg 5.1 puts titles to the wrong chapters where some have none, and where all have none
    // points to a track that is not there.
    for (const int chapter : plan.named_chapters)
        append(arguments, {fmt::format("-metadata:c:{}", chapter),
                           fmt::format("title=Chapter {}", chapter + 1)});
    for (const auto& [key, value] : plan.tags)
        if (!is_among(key, not_tags) && key != "keywords")
            append(arguments, {"-metadata", fmt::format("{}={}", key, value)});
    const auto own = plan.tags.find("keywords");
    const auto before = own == plan.tags.end() || own->second.empty() ? "" : own->second + ", ";
    append(arguments,
           {"-metadata", fmt::format("keywords={}av1encd-source:{}", before, source_sha256)});
    return arguments;
}

Arguments container_options(const EncodePlan& plan, const FrameTimes& times) {
    Arguments arguments = {"-output_ts_offset", seconds_text(output_offset(plan, times))};
    if (plan.container == Container::mkv) {
        append(arguments, {"-f", "matroska"});
        return arguments;
    }
    const auto clock = fmt::to_string(track_clock(plan.video).ticks_per_second);
    // -movie_timescale: else a video that begins after its audio moves to the millisecond.
    // -write_tmcd 0: a tag `timecode` makes a track that the plan does not have.
    append(arguments, {"-video_track_timescale", clock, "-movie_timescale", clock, "-movflags",
                       mp4_flags(plan), "-write_tmcd", "0", "-f", "mp4"});
    return arguments;
}

} // namespace

FfmpegCommand audio_command(const EncodePlan& plan, const std::filesystem::path& source,
                            const std::string& demuxers, const std::filesystem::path& output) {
    Arguments arguments = ffmpeg_beginning();
    append(arguments, strictness(plan));
    append(arguments, {"-copyts", "-itsoffset", seconds_text(audio_offset(plan))});
    append(arguments, input(source, demuxers));
    for (const auto& audio : plan.audio)
        append(arguments, {"-map", fmt::format("0:{}", audio.source.index)});
    append(arguments, {"-map_metadata", "-1", "-map_chapters", "-1"});
    for (std::size_t i = 0; i < plan.audio.size(); ++i)
        append(arguments, opus_options(plan.audio[i], i));
    // MP4, whatever the rendition is: it keeps times to the sample, Matroska to the millisecond.
    append(arguments, {"-max_muxing_queue_size", "10000000", "-movie_timescale", "48000", "-f",
                       "mp4", "-y", file_name(output)});
    return {Program::ffmpeg, std::move(arguments), {}};
}

std::string concat_list(const EncodePlan& plan, const std::vector<SegmentFile>& segments) {
    const auto& base = plan.video.source.time_base;
    const auto origin = plan.cuts.start;
    std::string list = "ffconcat version 1.0\n";
    for (std::size_t i = 0; i < segments.size(); ++i) {
        list += fmt::format("file {}\n", quoted(file_name(segments[i].file)));
        if (i + 1 == segments.size())
            break;
        // From cut to cut, as FFmpeg's guess at the last frame's duration would shift what follows.
        // Differences of rounded times, so that rounding does not add up.
        const auto from = microseconds_between(origin, segments[i].range.start, base);
        const auto to = microseconds_between(origin, segments[i + 1].range.start, base);
        list += fmt::format("duration {}us\n", to - from);
    }
    return list;
}

FfmpegCommand join_command(const EncodePlan& plan, const FrameTimes& source_times,
                           const std::filesystem::path& list, const std::filesystem::path& audio,
                           const std::filesystem::path& source, const std::string& demuxers,
                           const std::string& source_sha256, const std::filesystem::path& output) {
    const auto origin = first_picture(source_times);
    Arguments arguments = ffmpeg_beginning();
    append(arguments, strictness(plan));
    // -copyts: each input is moved by its own -itsoffset alone, so that the first picture is at 0.
    append(arguments, {"-copyts"});
    append(arguments, {"-safe", "0", "-f", "concat"});
    append(arguments, input(list, "concat,mov"));
    if (!audio.empty()) {
        const auto skip = plan.container == Container::mkv ? matroska_opus_skip : 0;
        append(arguments, {"-itsoffset", seconds_text(skip - origin - audio_offset(plan))});
        append(arguments, input(audio, "mov"));
    }
    append(arguments, {"-itsoffset", seconds_text(-origin)});
    append(arguments, input(source, demuxers));
    const int source_input = audio.empty() ? 1 : 2;
    append(arguments, {"-map", "0:v:0"});
    if (!audio.empty())
        append(arguments, {"-map", "1:a"});
    for (const auto& subtitle : plan.subtitles)
        append(arguments, {"-map", fmt::format("{}:{}", source_input, subtitle.source.index)});
    append(arguments, {"-c", "copy"});
    for (std::size_t i = 0; i < plan.subtitles.size(); ++i)
        append(arguments, {fmt::format("-c:s:{}", i), plan.subtitles[i].codec});
    if (plan.video.shared_times && plan.container == Container::mp4) {
        // Back to the times that pictures share. Decoding times must go on growing, below them.
        // Matroska's clock is too coarse for what was added.
        const auto ticks = track_clock(plan.video).ticks_of_source;
        append(arguments,
               {"-bsf:v", fmt::format("setts=pts=floor(PTS/{0})*{0}:dts=DTS-{0}", ticks)});
    }
    append(arguments, {"-map_chapters", std::to_string(source_input)});
    append(arguments, tags(plan, source_sha256));
    append(arguments, all_described(plan));
    append(arguments, container_options(plan, source_times));
    append(arguments, {"-y", file_name(output)});
    return {Program::ffmpeg, std::move(arguments), {}};
}

} // namespace av1encd
