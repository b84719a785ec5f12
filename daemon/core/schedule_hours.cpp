#include "daemon/core/schedule_hours.hpp"

#include <algorithm>

namespace av1encd {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::sys_seconds;

namespace {

// A week comes round in seven days; what begins in the hour that a change of clocks leaves out is
// not before the week after.
constexpr days looked_ahead{15};

struct Span {
    sys_seconds begin;
    sys_seconds end;
};

local_seconds local_time(sys_seconds when, const UtcOffset& utc_offset) {
    return local_seconds(when.time_since_epoch() + utc_offset(when));
}

/// Clocks skip `wanted` somewhere between the two.
sys_seconds moment_of_change(sys_seconds before, sys_seconds after, local_seconds wanted,
                             const UtcOffset& utc_offset) {
    while (after - before > 1s) {
        const auto middle = before + (after - before) / 2;
        (local_time(middle, utc_offset) < wanted ? before : after) = middle;
    }
    return after;
}

/// When the local clock shows that time, or a later one, for the first time.
sys_seconds first_moment(local_seconds wanted, const UtcOffset& utc_offset) {
    const sys_seconds as_utc(wanted.time_since_epoch());
    // Well before and after, in every time zone: no zone changes its clocks twice in four days.
    const auto [least, most] =
        std::minmax({utc_offset(as_utc - days(2)), utc_offset(as_utc + days(2))});
    for (const auto offset : {most, least})
        if (utc_offset(as_utc - offset) == offset)
            return as_utc - offset;
    return moment_of_change(as_utc - most, as_utc - least, wanted, utc_offset);
}

Span span_of(const ScheduleEntry& entry, local_days day, const UtcOffset& utc_offset) {
    const auto last_day = entry.end > entry.begin ? day : day + days(1);
    return {first_moment(day + entry.begin, utc_offset),
            first_moment(last_day + entry.end, utc_offset)};
}

bool is_on(const ScheduleEntry& entry, local_days day) {
    return entry.days[std::chrono::weekday(day).iso_encoding() - 1];
}

/// In order, apart from each other.
std::vector<Span> spans_between(local_days first, local_days last,
                                const std::vector<ScheduleEntry>& entries,
                                const UtcOffset& utc_offset) {
    std::vector<Span> all;
    for (auto day = first; day <= last; day += days(1))
        for (const auto& entry : entries)
            if (is_on(entry, day))
                all.push_back(span_of(entry, day, utc_offset));
    std::erase_if(all, [](const Span& span) { return span.begin >= span.end; });
    std::ranges::sort(all, {}, &Span::begin);
    std::vector<Span> joined;
    for (const auto& span : all) {
        if (!joined.empty() && span.begin <= joined.back().end)
            joined.back().end = std::max(joined.back().end, span.end);
        else
            joined.push_back(span);
    }
    return joined;
}

} // namespace

ScheduleState schedule_at(WallTime now, const std::vector<ScheduleEntry>& entries,
                          const UtcOffset& utc_offset) {
    if (entries.empty())
        return {true, std::nullopt};
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    const auto today = std::chrono::floor<days>(local_time(second, utc_offset));
    // Yesterday's may still last.
    const auto spans = spans_between(today - days(1), today + looked_ahead, entries, utc_offset);
    const auto next = std::ranges::find_if(spans, [&](const Span& span) { return span.end > now; });
    if (next == spans.end())
        return {false, std::nullopt};
    if (next->begin > now)
        return {false, next->begin};
    const bool has_an_end = next->end < first_moment(today + looked_ahead, utc_offset);
    return {true, has_an_end ? std::optional<WallTime>(next->end) : std::nullopt};
}

} // namespace av1encd
