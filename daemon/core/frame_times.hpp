#pragma once
// What a full decode gave: the presentation time of every picture, and where each audio stream
// begins and ends. Read from ffmpeg's framecrc output; kept as that text in work_dir.

#include "daemon/core/rational.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

struct AudioSpan {
    Rational time_base{1, 1};
    std::int64_t start = 0;
    std::int64_t end = 0;           ///< last timestamp plus its duration
    std::int64_t longest_frame = 0; ///< 'within one packet' is within this
    bool operator==(const AudioSpan&) const = default;
};

struct FrameTimes {
    Rational time_base{1, 1};
    std::vector<std::int64_t> pictures; ///< presentation times as they came
    /// In the order of the decoded audio streams; only those that gave anything.
    std::vector<AudioSpan> audio;
    bool operator==(const FrameTimes&) const = default;
};

/// Reads framecrc lines as they come, in any pieces. Stream 0 is the video, 1… the audio streams.
class FrameTimesParser {
public:
    void feed(std::string_view text);
    /// The end of the text; the parser is as new afterwards.
    FrameTimes finish();

private:
    void take_line(std::string_view line);
    void take_time_base(std::string_view line);
    void take_audio(std::size_t stream, std::int64_t time, std::int64_t duration);

    std::string rest_;
    FrameTimes times_;
    std::vector<std::optional<AudioSpan>> audio_;
    std::vector<Rational> time_bases_;
};

/// Where the two lists differ, both taken from their own first frame on: a sentence for a person
/// ("719 frames instead of 720", "frame 12 at 0.5005 s instead of 0.5 s"; frames count from 1);
/// nullopt where they agree. Audio is not looked at.
std::optional<std::string> difference(const FrameTimes& expected, const FrameTimes& found);

/// As above, of a segment beside those of the source's pictures that are in [start, end) of its
/// stream's clock. `start` nullopt: from the first picture on.
std::optional<std::string> segment_difference(const FrameTimes& source,
                                              std::optional<std::int64_t> start,
                                              std::optional<std::int64_t> end, Rational clock,
                                              const FrameTimes& segment);

} // namespace av1encd
