#pragma once
// UTF-8 taken apart, as RFC 3629 has it: overlong forms, surrogates and what lies above U+10FFFF
// are not UTF-8.

#include <cstddef>
#include <string_view>

namespace av1encd {

struct Utf8Character {
    std::size_t bytes = 0; ///< 0: what text begins with is not UTF-8
    char32_t code = 0;
};

/// The character that `text`, which is not empty, begins with.
Utf8Character first_character(std::string_view text);

/// The longest beginning of `text` that has at most `bytes` and ends at the end of a character.
std::string_view cut_at_character(std::string_view text, std::size_t bytes);

} // namespace av1encd
