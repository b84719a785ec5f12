#include "daemon/config_file/yaml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace av1encd {
namespace {

bool is_plain_character(char c) {
    constexpr std::string_view others = "_./%+-";
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           others.find(c) != std::string_view::npos;
}

/// Beginnings that nothing else in YAML has.
bool begins_plainly(std::string_view text) {
    const char first = text.front();
    const bool negative = first == '-' && text.size() > 1 && std::isdigit(text[1]) != 0;
    return negative || first == '/' || std::isalnum(static_cast<unsigned char>(first)) != 0;
}

bool is_yaml_null(std::string_view text) {
    return text == "null" || text == "Null" || text == "NULL";
}

bool may_stand_plain(std::string_view text) {
    return !text.empty() && begins_plainly(text) && !is_yaml_null(text) &&
           std::ranges::all_of(text, is_plain_character);
}

std::string escaped(char c) {
    if (c == '"' || c == '\\')
        return {'\\', c};
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
}

} // namespace

std::string yaml_scalar(std::string_view text) {
    if (may_stand_plain(text))
        return std::string(text);
    std::string quoted = "\"";
    for (const char c : text)
        quoted += escaped(c);
    return quoted + '"';
}

} // namespace av1encd
