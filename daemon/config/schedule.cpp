#include "daemon/config/schedule.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace av1encd {
namespace {

constexpr std::array<std::string_view, 7> day_names = {"Mon", "Tue", "Wed", "Thu",
                                                       "Fri", "Sat", "Sun"};
constexpr std::string_view range_sign = "..";

struct Halves {
    std::string_view first;
    std::string_view second;
};

std::optional<Halves> split_at(std::string_view text, std::string_view separator) {
    const auto at = text.find(separator);
    if (at == std::string_view::npos)
        return std::nullopt;
    return Halves{text.substr(0, at), text.substr(at + separator.size())};
}

std::optional<std::size_t> parse_day(std::string_view name) {
    const auto* const day = std::ranges::find(day_names, name);
    if (day == day_names.end())
        return std::nullopt;
    return static_cast<std::size_t>(day - day_names.begin());
}

/// One day or a range, which may run over the end of the week.
std::optional<std::bitset<7>> parse_day_range(std::string_view text) {
    const auto range = split_at(text, range_sign).value_or(Halves{text, text});
    const auto first = parse_day(range.first);
    const auto last = parse_day(range.second);
    if (!first || !last)
        return std::nullopt;
    std::bitset<7> days;
    for (std::size_t day = *first;; day = (day + 1) % days.size()) {
        days.set(day);
        if (day == *last)
            return days;
    }
}

std::optional<std::bitset<7>> parse_days(std::string_view text) {
    std::bitset<7> days;
    for (;;) {
        const auto list = split_at(text, ",");
        const auto some = parse_day_range(list ? list->first : text);
        if (!some)
            return std::nullopt;
        days |= *some;
        if (!list)
            return days;
        text = list->second;
    }
}

std::optional<int> parse_two_digits(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.size() != 2 || error != std::errc{} || end != text.data() + text.size() || value < 0)
        return std::nullopt;
    return value;
}

std::optional<std::chrono::minutes> parse_time(std::string_view text) {
    const auto halves = split_at(text, ":");
    if (!halves)
        return std::nullopt;
    const auto hours = parse_two_digits(halves->first);
    const auto minutes = parse_two_digits(halves->second);
    if (!hours || !minutes || *minutes > 59)
        return std::nullopt;
    const auto time = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
    if (time > std::chrono::hours(24))
        return std::nullopt;
    return time;
}

/// Sets begin and end.
bool read_times(std::string_view text, ScheduleEntry& entry) {
    const auto range = split_at(text, range_sign);
    if (!range)
        return false;
    const auto begin = parse_time(range->first);
    const auto end = parse_time(range->second);
    if (!begin || !end || *begin == *end || *begin == std::chrono::hours(24))
        return false;
    entry.begin = *begin;
    entry.end = *end;
    return true;
}

} // namespace

std::optional<ScheduleEntry> parse_schedule_entry(std::string_view text) {
    ScheduleEntry entry;
    entry.days.set();
    const bool starts_with_time = text.find_first_of("0123456789") == 0;
    if (starts_with_time)
        return read_times(text, entry) ? std::optional(entry) : std::nullopt;

    const auto halves = split_at(text, " ");
    const auto days = parse_days(halves ? halves->first : text);
    if (!days || (halves && !read_times(halves->second, entry)))
        return std::nullopt;
    entry.days = *days;
    return entry;
}

} // namespace av1encd
