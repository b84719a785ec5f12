#include "daemon/core/frame_times.hpp"

#include "daemon/core/line_pieces.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <iterator>
#include <utility>

namespace av1encd {

namespace {

// More streams than any plan has; a number beyond it is not framecrc's.
constexpr std::size_t most_streams = 4096;

/// The number at the beginning of `text`, blanks before it left out; cut off from it.
std::optional<std::int64_t> cut_number(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(" ,:/"), text.size()));
    std::int64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc{})
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
    return value;
}

template <std::size_t count>
std::optional<std::array<std::int64_t, count>> numbers_of(std::string_view text) {
    std::array<std::int64_t, count> numbers{};
    for (auto& number : numbers) {
        const auto next = cut_number(text);
        if (!next)
            return std::nullopt;
        number = *next;
    }
    return numbers;
}

bool is_stream(std::int64_t number) {
    return number >= 0 && number < static_cast<std::int64_t>(most_streams);
}

TickSpan since_first(const FrameTimes& times, std::size_t index) {
    return {times.pictures.front(), times.pictures[index], times.time_base};
}

} // namespace

void FrameTimesParser::feed(std::string_view text) {
    for_each_line(rest_, text, [this](std::string_view line) { take_line(line); });
}

// stream, decoding time, presentation time, duration, size, checksum
void FrameTimesParser::take_line(std::string_view line) {
    if (line.starts_with('#'))
        return take_time_base(line);
    const auto numbers = numbers_of<4>(line);
    if (!numbers)
        return;
    const auto [stream, decoded, presented, duration] = *numbers;
    if (stream == 0) {
        times_.pictures.push_back(presented);
    } else if (is_stream(stream)) {
        take_audio(static_cast<std::size_t>(stream), presented, duration);
    }
}

void FrameTimesParser::take_time_base(std::string_view line) {
    constexpr std::string_view word = "#tb ";
    if (!line.starts_with(word))
        return;
    const auto numbers = numbers_of<3>(line.substr(word.size()));
    if (!numbers)
        return;
    const auto [stream, num, den] = *numbers;
    if (!is_stream(stream) || den <= 0)
        return;
    const auto index = static_cast<std::size_t>(stream);
    time_bases_.resize(std::max(time_bases_.size(), index + 1), Rational{1, 1});
    time_bases_[index] = {num, den};
}

void FrameTimesParser::take_audio(std::size_t stream, std::int64_t time, std::int64_t duration) {
    audio_.resize(std::max(audio_.size(), stream));
    auto& span = audio_[stream - 1];
    if (!span) {
        const auto base = stream < time_bases_.size() ? time_bases_[stream] : Rational{1, 1};
        span = AudioSpan{base, time, time, 0};
    }
    span->end = std::max(span->end, time + duration);
    span->longest_frame = std::max(span->longest_frame, duration);
}

FrameTimes FrameTimesParser::finish() {
    feed("\n");
    if (!time_bases_.empty())
        times_.time_base = time_bases_.front();
    for (const auto& span : audio_) {
        if (span)
            times_.audio.push_back(*span);
    }
    return std::exchange(*this, FrameTimesParser{}).times_;
}

std::optional<std::string> difference(const FrameTimes& expected, const FrameTimes& found) {
    if (expected.pictures.size() != found.pictures.size()) {
        return fmt::format("{} frames instead of {}", found.pictures.size(),
                           expected.pictures.size());
    }
    for (std::size_t i = 0; i < expected.pictures.size(); ++i) {
        const auto wanted = since_first(expected, i);
        const auto got = since_first(found, i);
        if (compare_spans(wanted, got) == 0)
            continue;
        return fmt::format("frame {} at {:.10g} s instead of {:.10g} s", i + 1, got.seconds(),
                           wanted.seconds());
    }
    return std::nullopt;
}

std::optional<std::string> segment_difference(const FrameTimes& source,
                                              std::optional<std::int64_t> start,
                                              std::optional<std::int64_t> end, Rational clock,
                                              const FrameTimes& segment) {
    // Pictures are decoded in the order in which they are shown: found by halves, as a long video
    // has many of both.
    const auto first_from = [&](std::int64_t time) {
        return std::ranges::partition_point(source.pictures, [&](std::int64_t picture) {
            return compare_ticks(picture, source.time_base, time, clock) < 0;
        });
    };
    const auto first = start ? first_from(*start) : source.pictures.begin();
    const auto last = end ? first_from(*end) : source.pictures.end();
    FrameTimes expected{source.time_base, {}, {}};
    if (first < last)
        expected.pictures.assign(first, last);
    return difference(expected, segment);
}

} // namespace av1encd
