#include "common/quantities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace av1encd {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

// From the largest to the smallest: parse_duration() relies on it, and so does printing.
constexpr std::array size_units = {Unit{"GiB", 1ULL << 30}, Unit{"MiB", 1ULL << 20},
                                   Unit{"KiB", 1ULL << 10}, Unit{"", 1}};
constexpr std::array count_units = {Unit{"Gi", 1ULL << 30}, Unit{"Mi", 1ULL << 20},
                                    Unit{"Ki", 1ULL << 10}, Unit{"", 1}};
constexpr std::array bit_rate_units = {Unit{"M", 1'000'000}, Unit{"k", 1'000}, Unit{"", 1}};
constexpr std::array duration_units = {Unit{"d", 86'400'000}, Unit{"h", 3'600'000},
                                       Unit{"m", 60'000}, Unit{"s", 1'000}, Unit{"ms", 1}};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Takes the digits off the front of `text`.
std::optional<std::uint64_t> take_number(std::string_view& text) {
    const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
    const auto length = static_cast<std::size_t>(end - text.begin());
    const bool leading_zero = length > 1 && text.front() == '0';
    std::uint64_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + length, number);
    if (leading_zero || error != std::errc{})
        return std::nullopt;
    text.remove_prefix(length);
    return number;
}

std::optional<std::uint64_t> product(std::uint64_t a, std::uint64_t b) {
    std::uint64_t result = 0;
    if (__builtin_mul_overflow(a, b, &result))
        return std::nullopt;
    return result;
}

std::optional<std::uint64_t> parse_with_unit(std::string_view text, std::span<const Unit> units) {
    const auto number = take_number(text);
    const auto unit = std::ranges::find(units, text, &Unit::name);
    if (!number || unit == units.end())
        return std::nullopt;
    return product(*number, unit->factor);
}

std::string print_with_unit(std::uint64_t value, std::span<const Unit> units) {
    const auto unit = std::ranges::find_if(units, [&](const Unit& candidate) {
        return value % candidate.factor == 0 && value >= candidate.factor;
    });
    return unit == units.end() ? "0" : fmt::format("{}{}", value / unit->factor, unit->name);
}

/// Takes the letters off the front of `text`; the unit's place in duration_units.
std::optional<std::size_t> take_duration_unit(std::string_view& text) {
    const auto end = std::ranges::find_if(text, is_digit);
    const auto name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    const auto unit = std::ranges::find(duration_units, name, &Unit::name);
    if (unit == duration_units.end())
        return std::nullopt;
    text.remove_prefix(name.size());
    return static_cast<std::size_t>(unit - duration_units.begin());
}

} // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
    return parse_with_unit(text, size_units);
}

std::string print_size(std::uint64_t bytes) {
    return print_with_unit(bytes, size_units);
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
    return parse_with_unit(text, count_units);
}

std::string print_count(std::uint64_t count) {
    return print_with_unit(count, count_units);
}

std::optional<std::uint64_t> parse_bit_rate(std::string_view text) {
    return parse_with_unit(text, bit_rate_units);
}

std::string print_bit_rate(std::uint64_t bits_per_second) {
    return print_with_unit(bits_per_second, bit_rate_units);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    std::uint64_t total = 0;
    std::size_t next_unit = 0;
    do {
        const auto number = take_number(text);
        const auto unit = take_duration_unit(text);
        if (!number || !unit || *unit < next_unit)
            return std::nullopt;
        const auto part = product(*number, duration_units.at(*unit).factor);
        if (!part || __builtin_add_overflow(total, *part, &total))
            return std::nullopt;
        next_unit = *unit + 1;
    } while (!text.empty());

    // A time point that far from now must still be a number of nanoseconds.
    constexpr std::uint64_t century = 100ULL * 365 * 86'400'000;
    if (total > century)
        return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(total));
}

std::string print_duration(std::chrono::milliseconds duration) {
    auto rest = static_cast<std::uint64_t>(duration.count());
    std::string text;
    for (const Unit& unit : duration_units) {
        if (rest >= unit.factor)
            text += fmt::format("{}{}", rest / unit.factor, unit.name);
        rest %= unit.factor;
    }
    return text.empty() ? "0s" : text;
}

std::optional<double> parse_percent(std::string_view text) {
    constexpr std::size_t most_places = 6;
    if (!text.ends_with('%'))
        return std::nullopt;
    text.remove_suffix(1);
    const std::string_view decimal = text;
    if (!take_number(text))
        return std::nullopt;
    const bool whole = text.empty();
    const bool with_places = text.starts_with('.') && text.size() > 1 &&
                             text.size() <= most_places + 1 &&
                             std::ranges::all_of(text.substr(1), is_digit);
    if (!whole && !with_places)
        return std::nullopt;
    double percent = 0;
    std::from_chars(decimal.data(), decimal.data() + decimal.size(), percent);
    return percent;
}

std::string print_percent(double percent) {
    return fmt::format("{}%", percent);
}

std::optional<int> parse_integer(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative)
        text.remove_prefix(1);
    const auto number = take_number(text);
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<int>::max());
    if (!number || !text.empty() || *number > most)
        return std::nullopt;
    const int value = static_cast<int>(*number);
    return negative ? -value : value;
}

} // namespace av1encd
