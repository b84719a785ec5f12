#include "daemon/core/segment_cuts.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <optional>

namespace av1encd {

namespace {

/// How far into the video: in ticks or in pictures.
using Measure = std::int64_t (*)(const CutPlace&);

/// How long segments are to be.
struct Aim {
    Measure measure = nullptr;
    std::int64_t wished = 0;
    std::int64_t least = 0;
    bool at_costly_places = false;
};

std::int64_t by_time(const CutPlace& place) {
    return place.time;
}

std::int64_t by_pictures(const CutPlace& place) {
    return static_cast<std::int64_t>(place.pictures_before);
}

CutPlace place_of(const CutPlaces& video, std::optional<std::int64_t> time) {
    if (!time)
        return {video.end, video.pictures};
    if (*time <= video.start)
        return {video.start, 0};
    const auto found =
        std::ranges::lower_bound(video.places, *time, std::less<>(), &CutPlace::time);
    return found == video.places.end() ? CutPlace{*time, video.pictures} : *found;
}

/// By how much farther away a better place is taken instead.
std::int64_t handicap(const CutPlace& place, std::int64_t wished) {
    if (place.costly)
        return wished / 2;
    return place.overdue ? wished / 4 : 0;
}

/// The best place about as far from `begin` as wished, with at least the least on either side;
/// none: end().
auto next_cut(const CutPlaces& video, const CutPlace& begin, const CutPlace& end, const Aim& aim) {
    auto best = video.places.end();
    auto best_distance = std::int64_t{0};
    for (auto place =
             std::ranges::upper_bound(video.places, begin.time, std::less<>(), &CutPlace::time);
         place != video.places.end() && place->time < end.time; ++place) {
        const auto length = aim.measure(*place) - aim.measure(begin);
        if (length < aim.least || (place->costly && !aim.at_costly_places))
            continue;
        if (aim.measure(end) - aim.measure(*place) < aim.least)
            break;
        const auto distance = std::abs(length - aim.wished) + handicap(*place, aim.wished);
        if (best == video.places.end() || distance < best_distance) {
            best = place;
            best_distance = distance;
        }
        if (length > aim.wished + best_distance)
            break;
    }
    return best;
}

std::vector<SegmentRange> cut(const CutPlaces& video, const SegmentRange& range, const Aim& aim) {
    std::vector<SegmentRange> segments;
    const auto end = place_of(video, range.end);
    auto begin = place_of(video, range.start);
    begin.time = range.start;
    // A rest that is nearer to the wished length than to twice of it stays as it is.
    while (aim.measure(end) - aim.measure(begin) >= aim.wished + aim.wished / 2) {
        const auto place = next_cut(video, begin, end, aim);
        if (place == video.places.end())
            break;
        segments.push_back({begin.time, place->time});
        begin = *place;
    }
    segments.push_back({begin.time, range.end});
    return segments;
}

} // namespace

CutPlaces cut_places(const PacketTimes& packets, std::int64_t start) {
    CutPlaces video{start, std::max(start, packets.last_time), packets.promised_pictures, {}};
    if (packets.jumps_back)
        return video;
    std::uint64_t longest = 0;
    std::uint64_t before = 0;
    for (const auto& keyframe : packets.keyframes) {
        longest = std::max(longest, keyframe.pictures_before - before);
        before = keyframe.pictures_before;
    }
    before = 0;
    for (const auto& [time, pictures] : packets.keyframes) {
        if (time > start && pictures > 0)
            video.places.push_back({time, pictures, pictures - before == longest});
        before = pictures;
    }
    return video;
}

bool mark_costly(CutPlaces& video, std::int64_t time) {
    const auto place = std::ranges::lower_bound(video.places, time, std::less<>(), &CutPlace::time);
    if (place == video.places.end() || place->time != time || place->costly)
        return false;
    place->costly = true;
    return true;
}

std::uint64_t pictures_in(const CutPlaces& video, const SegmentRange& range) {
    const auto before = place_of(video, range.start).pictures_before;
    const auto until = place_of(video, range.end).pictures_before;
    return until > before ? until - before : 0;
}

std::vector<SegmentRange> cut_by_length(const CutPlaces& video, const SegmentRange& range,
                                        std::int64_t wished) {
    if (wished <= 0)
        return {range};
    return cut(video, range, {by_time, wished, (wished + 1) / 2, true});
}

std::vector<SegmentRange> cut_by_pictures(const CutPlaces& video, const SegmentRange& range,
                                          std::uint64_t wished) {
    const auto least = static_cast<std::int64_t>(least_pictures);
    return cut(video, range,
               {by_pictures, std::max(static_cast<std::int64_t>(wished), least), least, false});
}

std::vector<SegmentRange> gaps_between(const CutPlaces& video, std::vector<SegmentRange> kept) {
    std::ranges::sort(kept);
    std::vector<SegmentRange> gaps;
    auto from = std::optional(video.start);
    for (const auto& range : kept) {
        if (from && *from < range.start)
            gaps.push_back({*from, range.start});
        from = range.end;
    }
    if (from)
        gaps.push_back({*from, std::nullopt});
    return gaps;
}

} // namespace av1encd
