#include "common/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace av1encd {

Utf8Character first_character(std::string_view text) {
    const auto byte_at = [text](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
    const std::uint8_t lead = byte_at(0);
    if (lead < 0x80)
        return {1, lead};
    const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes)
        return {};
    char32_t code = lead & (0xffU >> (bytes + 1));
    for (std::size_t at = 1; at < bytes; ++at) {
        if ((byte_at(at) & 0xc0U) != 0x80)
            return {};
        code = code << 6 | (byte_at(at) & 0x3fU);
    }
    const bool overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (overlong || surrogate || code > 0x10ffff)
        return {};
    return {bytes, code};
}

std::string_view cut_at_character(std::string_view text, std::size_t bytes) {
    std::size_t end = 0;
    while (end < text.size()) {
        const auto length = std::max<std::size_t>(first_character(text.substr(end)).bytes, 1);
        if (end + length > bytes)
            break;
        end += length;
    }
    return text.substr(0, end);
}

} // namespace av1encd
