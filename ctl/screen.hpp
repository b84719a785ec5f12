#pragma once
// What the place that text is written to can show.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace av1encd {

enum class Charset { ascii, utf8 };
enum class Colour { none, ansi };

struct Screen {
    std::optional<std::size_t> columns; ///< nullopt: no terminal, lines may have any length
    Charset charset = Charset::ascii;
    Colour colour = Colour::none;
    bool operator==(const Screen&) const = default;
};

/// The variables of the environment that say how to write; an unset one is empty.
struct ScreenEnvironment {
    std::string_view lc_all = {};
    std::string_view lc_ctype = {};
    std::string_view lang = {};
    std::string_view no_color = {}; ///< set to anything: no colour
    std::string_view term = {};
};

ScreenEnvironment screen_environment();

/// Whether text can be put anywhere on it: a terminal, and none that calls itself dumb.
bool is_drawable(int descriptor, const ScreenEnvironment& environment);

/// UTF-8 where the locale's name says so, installed or not; a width and colours on terminals only.
Screen screen_of(int descriptor, const ScreenEnvironment& environment);

enum class Style { plain, good, notable, bad, strong, faint, active };

/// `text` in the style, where there are colours.
std::string styled(std::string_view text, Style style, Colour colour);

} // namespace av1encd
