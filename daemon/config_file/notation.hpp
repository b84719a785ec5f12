#pragma once
// How the value of a key is written: there and back.

#include "daemon/config/config.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace av1encd {

template <typename T>
struct Notation {
    std::string expected; ///< for a complaint: "a size such as 100MiB"
    std::function<std::optional<T>(std::string_view)> parse;
    std::function<std::string(const T&)> print; ///< the bare text, not yet quoted for YAML
};

Notation<std::string> text_notation();
Notation<std::filesystem::path> path_notation();
Notation<bool> bool_notation();
Notation<int> integer_notation();
Notation<std::uint64_t> size_notation();
Notation<std::uint64_t> count_notation();
Notation<std::uint64_t> bit_rate_notation();
Notation<Duration> duration_notation();
Notation<double> percent_notation();
Notation<Encoder> encoder_notation();
Notation<Container> container_notation();
Notation<OnDamaged> on_damaged_notation();
Notation<OnHold> on_hold_notation();
Notation<IoClass> io_class_notation();
Notation<CpuPolicy> cpu_policy_notation();
Notation<LogLevel> log_level_notation();

/// As `notation`, or `word` (`auto`, `off`) for nullopt.
template <typename T>
Notation<std::optional<T>> or_word(std::string word, Notation<T> notation) {
    using Result = std::optional<std::optional<T>>;
    return {.expected = word + " or " + notation.expected,
            .parse = [word, parse = notation.parse](std::string_view text) -> Result {
                if (text == word)
                    return Result(std::in_place, std::nullopt);
                auto value = parse(text);
                return value ? Result(std::in_place, std::move(value)) : Result();
            },
            .print = [word, print = notation.print](
                         const std::optional<T>& value) { return value ? print(*value) : word; }};
}

} // namespace av1encd
