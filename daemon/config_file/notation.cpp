#include "daemon/config_file/notation.hpp"

#include "common/quantities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace av1encd {
namespace {

template <typename T>
struct Word {
    std::string text;
    T value;
};

/// "fail or keep", "libsvtav1, libaom-av1 or librav1e".
template <typename T>
std::string enumerate(const std::vector<Word<T>>& words) {
    std::string list;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool last = i + 1 == words.size();
        const char* separator = i == 0 ? "" : last ? " or " : ", ";
        list += separator + words[i].text;
    }
    return list;
}

template <typename T>
Notation<T> word_notation(std::vector<Word<T>> words) {
    return {.expected = enumerate(words),
            .parse = [words](std::string_view text) -> std::optional<T> {
                const auto word = std::ranges::find(words, text, &Word<T>::text);
                return word == words.end() ? std::nullopt : std::optional(word->value);
            },
            .print =
                [words](const T& value) {
                    return std::ranges::find(words, value, &Word<T>::value)->text;
                }};
}

bool holds_nul(std::string_view text) {
    return text.find('\0') != std::string_view::npos;
}

} // namespace

Notation<std::string> text_notation() {
    return {.expected = "a text without NUL",
            .parse = [](std::string_view text) -> std::optional<std::string> {
                return holds_nul(text) ? std::nullopt : std::optional(std::string(text));
            },
            .print = [](const std::string& text) { return text; }};
}

Notation<std::filesystem::path> path_notation() {
    return {.expected = "a path",
            .parse = [](std::string_view text) -> std::optional<std::filesystem::path> {
                if (text.empty() || holds_nul(text))
                    return std::nullopt;
                return std::filesystem::path(text);
            },
            .print = [](const std::filesystem::path& path) { return path.native(); }};
}

Notation<bool> bool_notation() {
    return word_notation<bool>({{"true", true}, {"false", false}});
}

Notation<int> integer_notation() {
    return {"a whole number", parse_integer,
            [](const int& value) { return std::to_string(value); }};
}

Notation<std::uint64_t> size_notation() {
    return {"a size such as 100MiB", parse_size, print_size};
}

Notation<std::uint64_t> count_notation() {
    return {"a count such as 128Mi", parse_count, print_count};
}

Notation<std::uint64_t> bit_rate_notation() {
    return {"a bit rate such as 96k", parse_bit_rate, print_bit_rate};
}

Notation<Duration> duration_notation() {
    return {"a duration such as 30s or 1h30m", parse_duration, print_duration};
}

Notation<double> percent_notation() {
    return {"a percentage such as 10%", parse_percent, print_percent};
}

Notation<Encoder> encoder_notation() {
    std::vector<Word<Encoder>> words;
    for (const auto encoder : {Encoder::libsvtav1, Encoder::libaom_av1, Encoder::librav1e})
        words.push_back({to_string(encoder), encoder});
    return word_notation(std::move(words));
}

Notation<Container> container_notation() {
    return word_notation<Container>({{"mp4", Container::mp4}, {"mkv", Container::mkv}});
}

Notation<OnDamaged> on_damaged_notation() {
    return word_notation<OnDamaged>({{"fail", OnDamaged::fail}, {"keep", OnDamaged::keep}});
}

Notation<OnHold> on_hold_notation() {
    return word_notation<OnHold>({{"suspend", OnHold::suspend}, {"cleanup", OnHold::cleanup}});
}

Notation<IoClass> io_class_notation() {
    return word_notation<IoClass>(
        {{"none", IoClass::none}, {"idle", IoClass::idle}, {"best-effort", IoClass::best_effort}});
}

Notation<CpuPolicy> cpu_policy_notation() {
    return word_notation<CpuPolicy>(
        {{"other", CpuPolicy::other}, {"batch", CpuPolicy::batch}, {"idle", CpuPolicy::idle}});
}

Notation<LogLevel> log_level_notation() {
    return word_notation<LogLevel>({{"debug", LogLevel::debug},
                                    {"info", LogLevel::info},
                                    {"warning", LogLevel::warning},
                                    {"error", LogLevel::error}});
}

} // namespace av1encd
