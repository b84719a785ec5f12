#include "ctl/time_argument.hpp"

#include "common/human_format.hpp"
#include "common/quantities.hpp"

#include <ctime>
#include <string>

namespace av1encd {

namespace {

using std::chrono::sys_seconds;

std::tm local_calendar(sys_seconds time) {
    const auto since_epoch = static_cast<std::time_t>(time.time_since_epoch().count());
    std::tm calendar{};
    ::localtime_r(&since_epoch, &calendar);
    return calendar;
}

sys_seconds from_local_calendar(std::tm calendar) {
    calendar.tm_isdst = -1;
    return sys_seconds(std::chrono::seconds(::mktime(&calendar)));
}

sys_seconds local_midnight(sys_seconds now, int days_ago) {
    auto calendar = local_calendar(now);
    calendar.tm_hour = calendar.tm_min = calendar.tm_sec = 0;
    calendar.tm_mday -= days_ago;
    return from_local_calendar(calendar);
}

/// What a clock on the wall shows, read as if it were UTC's, is that of the local zone.
sys_seconds as_local(sys_seconds shown) {
    const auto since_epoch = static_cast<std::time_t>(shown.time_since_epoch().count());
    std::tm calendar{};
    ::gmtime_r(&since_epoch, &calendar);
    return from_local_calendar(calendar);
}

/// Brings "2026-01-31", "2026-01-31 18:30" and "2026-01-31T18:30:00" into the full form.
std::string completed(std::string_view text) {
    constexpr std::string_view full = "0000-00-00T00:00:00Z";
    constexpr std::size_t date = 10, minutes = 16, seconds = 19;
    std::string time(text);
    if (time.size() > date && time[date] == ' ')
        time[date] = 'T';
    if (time.size() == date || time.size() == minutes || time.size() == seconds)
        time += full.substr(time.size());
    return time;
}

} // namespace

std::optional<sys_seconds> parse_past_time(std::string_view text, sys_seconds now) {
    if (text == "today")
        return local_midnight(now, 0);
    if (text == "yesterday")
        return local_midnight(now, 1);
    if (const auto ago = parse_duration(text))
        return now - std::chrono::floor<std::chrono::seconds>(*ago);
    const bool utc = text.ends_with('Z');
    const auto shown = from_iso_time(completed(utc ? text.substr(0, text.size() - 1) : text));
    if (!shown)
        return std::nullopt;
    return utc ? *shown : as_local(*shown);
}

} // namespace av1encd
