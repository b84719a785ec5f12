#include "common/source_text.hpp"

#include "common/utf8.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>

namespace av1encd {

namespace {

/// Characters that move the cursor, begin an escape sequence, or turn the order of what follows.
bool disturbs_a_line(char32_t code) {
    const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    const bool bidi = code == 0x61c || code == 0x200e || code == 0x200f ||
                      (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    return control || bidi;
}

std::string escaped(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes)
        text += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(byte));
    return text;
}

/// Maps text piece by piece: whole characters, and single bytes that begin none.
template <typename OnCharacter, typename OnByte>
std::string map_characters(std::string_view text, OnCharacter on_character, OnByte on_byte) {
    std::string mapped;
    while (!text.empty()) {
        const Utf8Character character = first_character(text);
        const std::size_t bytes = character.bytes == 0 ? 1 : character.bytes;
        const std::string_view piece = text.substr(0, bytes);
        mapped += character.bytes == 0 ? on_byte(piece) : on_character(character.code, piece);
        text.remove_prefix(bytes);
    }
    return mapped;
}

/// The value of "HH", or -1.
int hex_byte(std::string_view digits) {
    int value = 0;
    for (const char digit : digits) {
        value *= 16;
        if (digit >= '0' && digit <= '9')
            value += digit - '0';
        else if (digit >= 'a' && digit <= 'f')
            value += digit - 'a' + 10;
        else if (digit >= 'A' && digit <= 'F')
            value += digit - 'A' + 10;
        else
            return -1;
    }
    return digits.size() == 2 ? value : -1;
}

} // namespace

std::string source_to_text(std::string_view bytes) {
    const auto keep = [](char32_t code, std::string_view piece) {
        return code == U'\\' ? std::string("\\\\") : std::string(piece);
    };
    return map_characters(bytes, keep, escaped);
}

std::optional<std::string> source_from_text(std::string_view text) {
    std::string bytes;
    while (!text.empty()) {
        std::size_t length = 1;
        int byte = static_cast<std::uint8_t>(text.front());
        if (text.starts_with("\\\\")) {
            length = 2;
        } else if (text.front() == '\\') {
            length = 4;
            byte = text.starts_with("\\x") ? hex_byte(text.substr(2, 2)) : -1;
        }
        if (byte <= 0)
            return std::nullopt;
        bytes += static_cast<char>(byte);
        text.remove_prefix(length);
    }
    return bytes;
}

std::string source_for_display(std::string_view bytes) {
    const auto keep = [](char32_t code, std::string_view piece) {
        if (code == U'\\')
            return std::string("\\\\");
        return disturbs_a_line(code) ? escaped(piece) : std::string(piece);
    };
    return map_characters(bytes, keep, escaped);
}

std::string printable(std::string_view text) {
    const auto keep = [](char32_t code, std::string_view piece) {
        return disturbs_a_line(code) ? escaped(piece) : std::string(piece);
    };
    const auto replace = [](std::string_view /*byte*/) { return std::string("\uFFFD"); };
    return map_characters(text, keep, replace);
}

} // namespace av1encd
