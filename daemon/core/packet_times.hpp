#pragma once
// What the container promises of a video stream, from a scan of its packets without decoding: how
// many pictures, and where its keyframes are. FFmpeg facts: nb_frames counts packets that are
// decoded but never shown (flag D), and MKV, TS and fragmented MP4 have no nb_frames at all.

#include "daemon/core/rational.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

struct Keyframe {
    std::int64_t time = 0;             ///< presentation time, in the stream's time base
    std::uint64_t pictures_before = 0; ///< that are shown before it
    bool operator==(const Keyframe&) const = default;
};

struct PacketTimes {
    std::uint64_t promised_pictures = 0; ///< packets without the flag D
    std::uint64_t distinct_times =
        0; ///< of those, different timestamps: fields and doubles share one
    std::uint64_t leading_pictures = 0; ///< of those, shown before the first keyframe of the file:
                                        ///< an open GOP's, which refer to what may not be there
    std::vector<Keyframe> keyframes;    ///< those that are shown, by time, each time once
    std::int64_t last_time = 0;         ///< of the picture shown last; 0 where no time is known
    bool jumps_back = false;            ///< decoding times that decrease or wrap: not to be cut
    bool corrupt = false;               ///< a packet that the demuxer flagged corrupt (flag C)
    bool operator==(const PacketTimes&) const = default;
};

/// Reads ffprobe's packet lines as they come, in any pieces: `pts,dts,flags` as written by
/// `-show_entries packet=pts,dts,flags -of csv=p=0`; `N/A` is no time, further fields are ignored.
class PacketTimesParser {
public:
    void feed(std::string_view text);
    /// Pictures so far, to stop early above a limit.
    std::uint64_t pictures() const { return times_.promised_pictures; }
    /// The end of the text; the parser is as new afterwards.
    PacketTimes finish();

private:
    void take_line(std::string_view line);
    void take_picture(std::optional<std::int64_t> shown_at);
    void count_before_keyframes();

    std::string rest_; ///< an unfinished line
    PacketTimes times_;
    std::vector<std::int64_t> presentation_times_;
    std::vector<std::int64_t> keyframe_times_; ///< of those that are shown
    std::optional<std::int64_t> last_decoding_time_;
    std::optional<std::int64_t> first_keyframe_; ///< flag D or not
};

} // namespace av1encd
