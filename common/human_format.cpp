#include "common/human_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace av1encd {

namespace {

constexpr std::array units = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

/// Decided after rounding, so that 9.97 is "10" and not "10.0".
int decimals_below_ten(double value) {
    return value < 9.95 ? 1 : 0;
}

/// Two or four digits, and nothing else.
std::optional<int> digits(std::string_view text) {
    int value = 0;
    const auto* const end = text.data() + text.size();
    const bool only_digits =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!only_digits || std::from_chars(text.data(), end, value).ptr != end)
        return std::nullopt;
    return value;
}

} // namespace

std::string human_size(std::uint64_t bytes) {
    if (bytes < 1000)
        return fmt::format("{}B", bytes);
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    return fmt::format("{:.{}f}{}", value, decimals_below_ten(value), units.at(unit));
}

std::string human_rate(double bytes_per_second) {
    constexpr double limit = 1e18;
    if (!(bytes_per_second > 0) || bytes_per_second > limit)
        return "-";
    return human_size(static_cast<std::uint64_t>(bytes_per_second)) + "/s";
}

std::string human_duration(std::chrono::duration<double> duration) {
    constexpr double limit = 1e15;
    const bool positive = duration.count() > 0; // false for what is not a number, too
    const auto seconds =
        positive ? static_cast<std::int64_t>(std::min(duration.count(), limit)) : 0;
    const auto minutes = seconds / 60;
    if (minutes < 60)
        return fmt::format("{:02}:{:02}", minutes, seconds % 60);
    return fmt::format("{}:{:02}:{:02}", minutes / 60, minutes % 60, seconds % 60);
}

std::string human_percentage(double fraction) {
    const double percent = fraction * 100;
    if (percent >= 99.5 && percent < 100)
        return "99%";
    return fmt::format("{:.{}f}%", percent, percent > 0 ? decimals_below_ten(percent) : 0);
}

std::string iso_time(std::chrono::sys_time<std::chrono::milliseconds> time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::optional<std::chrono::sys_seconds> from_iso_time(std::string_view text) {
    constexpr std::string_view form = "YYYY-MM-DDThh:mm:ssZ";
    if (text.size() != form.size())
        return std::nullopt;
    for (std::size_t at = 0; at < form.size(); ++at)
        if (std::string_view("-T:Z").find(form[at]) != std::string_view::npos &&
            text[at] != form[at])
            return std::nullopt;
    const auto year = digits(text.substr(0, 4)), month = digits(text.substr(5, 2)),
               day = digits(text.substr(8, 2)), hour = digits(text.substr(11, 2)),
               minute = digits(text.substr(14, 2)), second = digits(text.substr(17, 2));
    if (!year || !month || !day || !hour || !minute || !second || *hour > 23 || *minute > 59 ||
        *second > 59)
        return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok())
        return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
           std::chrono::seconds(*second);
}

std::string local_time(std::chrono::sys_seconds time) {
    const auto since_epoch = static_cast<std::time_t>(time.time_since_epoch().count());
    std::tm local{};
    if (localtime_r(&since_epoch, &local) == nullptr)
        return iso_time(time);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", local.tm_year + 1900,
                       local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec);
}

} // namespace av1encd
