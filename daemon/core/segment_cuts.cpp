#include "daemon/core/segment_cuts.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <optional>

namespace av1encd {

namespace {

/// How far into the video: in ticks or in pictures.
using Measure = std::int64_t (*)(const CutPlace&);

std::int64_t by_time(const CutPlace& place) {
    return place.time;
}

std::int64_t by_pictures(const CutPlace& place) {
    return static_cast<std::int64_t>(place.pictures_before);
}

CutPlace place_of(const CutPlaces& video, std::optional<std::int64_t> time) {
    if (!time)
        return {video.end, video.pictures, false};
    if (*time <= video.start)
        return {video.start, 0, false};
    const auto found =
        std::ranges::lower_bound(video.places, *time, std::less<>(), &CutPlace::time);
    return found == video.places.end() ? CutPlace{*time, video.pictures, false} : *found;
}

/// The place nearest to `wished` from `begin`, with at least `least` on either side; none: end().
auto next_cut(const CutPlaces& video, const CutPlace& begin, const CutPlace& end, Measure measure,
              std::int64_t wished, std::int64_t least) {
    auto best = video.places.end();
    auto best_distance = std::int64_t{0};
    for (auto place =
             std::ranges::upper_bound(video.places, begin.time, std::less<>(), &CutPlace::time);
         place != video.places.end() && place->time < end.time; ++place) {
        const auto length = measure(*place) - measure(begin);
        if (length < least)
            continue;
        if (measure(end) - measure(*place) < least)
            break;
        const auto distance = std::abs(length - wished) + (place->overdue ? wished / 4 : 0);
        if (best == video.places.end() || distance < best_distance) {
            best = place;
            best_distance = distance;
        }
        if (length > wished + best_distance)
            break;
    }
    return best;
}

std::vector<SegmentRange> cut(const CutPlaces& video, const SegmentRange& range, Measure measure,
                              std::int64_t wished, std::int64_t least) {
    std::vector<SegmentRange> segments;
    const auto end = place_of(video, range.end);
    auto begin = place_of(video, range.start);
    begin.time = range.start;
    // A rest that is nearer to the wished length than to twice of it stays as it is.
    while (measure(end) - measure(begin) >= wished + wished / 2) {
        const auto place = next_cut(video, begin, end, measure, wished, least);
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

std::uint64_t pictures_in(const CutPlaces& video, const SegmentRange& range) {
    const auto before = place_of(video, range.start).pictures_before;
    const auto until = place_of(video, range.end).pictures_before;
    return until > before ? until - before : 0;
}

std::vector<SegmentRange> cut_by_length(const CutPlaces& video, const SegmentRange& range,
                                        std::int64_t wished) {
    if (wished <= 0)
        return {range};
    return cut(video, range, by_time, wished, (wished + 1) / 2);
}

std::vector<SegmentRange> cut_by_pictures(const CutPlaces& video, const SegmentRange& range,
                                          std::uint64_t wished) {
    const auto least = static_cast<std::int64_t>(least_pictures);
    return cut(video, range, by_pictures, std::max(static_cast<std::int64_t>(wished), least),
               least);
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
