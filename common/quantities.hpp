#pragma once
// Quantities as the configuration and the command line write them, and exactly as they are read:
// parsing what was printed gives the same value. nullopt for everything else: nonsense, a value
// below zero, one that does not fit, a number with leading zeros (YAML readers disagree on `010`).

#include <chrono>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace av1encd {

/// `100MiB`, `4GiB`; a bare number is bytes.
std::optional<std::uint64_t> parse_size(std::string_view text);
std::string print_size(std::uint64_t bytes);

/// `128Mi`, `4Gi`, `25`.
std::optional<std::uint64_t> parse_count(std::string_view text);
std::string print_count(std::uint64_t count);

/// `96k`, `1M`, `6000`: bits per second, in steps of a thousand.
std::optional<std::uint64_t> parse_bit_rate(std::string_view text);
std::string print_bit_rate(std::uint64_t bits_per_second);

/// `500ms`, `30s`, `1h30m`: units from the largest to the smallest, each once. There is no bare
/// number: a duration names its unit.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
std::string print_duration(std::chrono::milliseconds duration);

/// `10%`, `12.5%`: a plain decimal of at most six places; more than 100 % is for validate() to
/// judge.
std::optional<double> parse_percent(std::string_view text);
std::string print_percent(double percent);

/// A whole number, which alone of all these may be below zero.
std::optional<int> parse_integer(std::string_view text);

} // namespace av1encd
