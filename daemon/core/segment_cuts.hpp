#pragma once
// Where a video is cut into segments: at keyframes of the source, best where a scene begins, as a
// cut elsewhere costs CPU time; libaom takes up to twice as long from a picture on that it takes
// for screen content (core/screen_content). All ranges given for a video lie in time's order,
// without gap or overlap.

#include "daemon/core/job.hpp"
#include "daemon/core/packet_times.hpp"

#include <cstdint>
#include <vector>

namespace av1encd {

struct CutPlace {
    std::int64_t time = 0;
    std::uint64_t pictures_before = 0;
    bool overdue = false; ///< a keyframe for the distance alone, not for a new scene
    bool costly = false;  ///< the encoder is slow from here on, and would not be without the cut
    bool operator==(const CutPlace&) const = default;
};

/// Where a video may be cut. Without a place in it, it is one segment.
struct CutPlaces {
    std::int64_t start = 0;       ///< of the whole video, in its time base
    std::int64_t end = 0;         ///< the time of the last picture, or later
    std::uint64_t pictures = 0;   ///< of the whole video
    std::vector<CutPlace> places; ///< by time, all after `start`
    bool operator==(const CutPlaces&) const = default;
};

/// Times that jump back or wrap cannot be told apart by a range: no place at all.
CutPlaces cut_places(const PacketTimes& packets, std::int64_t start);

/// False where there is no place at that time, or one that was marked before.
bool mark_costly(CutPlaces& video, std::int64_t time);

/// The pictures in a range that begins and ends at places.
std::uint64_t pictures_in(const CutPlaces& video, const SegmentRange& range);

/// Segments of about the wished length, in ticks of the video's time base: each cut at the keyframe
/// nearest to it, none shorter than half of it. 0: the whole range is one.
std::vector<SegmentRange> cut_by_length(const CutPlaces& video, const SegmentRange& range,
                                        std::int64_t wished);

/// Segments of about so many pictures, none of fewer than `least_pictures`. Not at costly places:
/// such cuts are there to save time.
std::vector<SegmentRange> cut_by_pictures(const CutPlaces& video, const SegmentRange& range,
                                          std::uint64_t wished);

/// Shorter segments cost too much: each begins with a keyframe and with an encoder that has to
/// learn what it sees.
inline constexpr std::uint64_t least_pictures = 100;

/// What lies between the segments that are there already, and before and after them.
std::vector<SegmentRange> gaps_between(const CutPlaces& video, std::vector<SegmentRange> kept);

} // namespace av1encd
