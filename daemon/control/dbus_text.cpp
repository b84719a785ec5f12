#include "daemon/control/dbus_text.hpp"

#include "common/utf8.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace av1encd {

namespace {

constexpr std::string_view replacement = "\uFFFD";

bool may_stand(const Utf8Character& character) {
    const auto code = character.code;
    const bool noncharacter = (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) == 0xfffe;
    return character.bytes != 0 && code != 0 && !noncharacter;
}

template <typename Otherwise>
std::string map_others(std::string_view text, Otherwise otherwise) {
    std::string mapped;
    while (!text.empty()) {
        const auto character = first_character(text);
        const auto piece = text.substr(0, character.bytes == 0 ? 1 : character.bytes);
        mapped += may_stand(character) ? std::string(piece) : otherwise(piece);
        text.remove_prefix(piece.size());
    }
    return mapped;
}

std::string escaped(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes)
        text += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(byte));
    return text;
}

} // namespace

std::string dbus_text(std::string_view text) {
    return map_others(text, [](std::string_view) { return std::string(replacement); });
}

std::string dbus_source(std::string_view text) {
    return map_others(text, escaped);
}

} // namespace av1encd
