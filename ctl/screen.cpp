#include "ctl/screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace av1encd {

namespace {

std::string_view variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

/// The name decides, not setlocale(): over ssh a locale often is named that is not installed here,
/// while the terminal at the other end is what it was.
Charset charset_of(const ScreenEnvironment& environment) {
    std::string name(!environment.lc_all.empty()     ? environment.lc_all
                     : !environment.lc_ctype.empty() ? environment.lc_ctype
                                                     : environment.lang);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const bool utf8 =
        name.find("utf-8") != std::string::npos || name.find("utf8") != std::string::npos;
    return utf8 ? Charset::utf8 : Charset::ascii;
}

std::size_t columns_of(int terminal) {
    constexpr std::size_t usual = 80;
    winsize size{};
    const bool told = ::ioctl(terminal, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return told ? size.ws_col : usual;
}

std::string_view colour_code(Style style) {
    switch (style) {
    case Style::plain: return "";
    case Style::good: return "32";
    case Style::notable: return "33";
    case Style::bad: return "31";
    case Style::strong: return "1";
    case Style::faint: return "2";
    case Style::active: return "36";
    }
    return "";
}

bool is_dumb(const ScreenEnvironment& environment) {
    return environment.term.empty() || environment.term == "dumb";
}

} // namespace

ScreenEnvironment screen_environment() {
    return {variable("LC_ALL"), variable("LC_CTYPE"), variable("LANG"), variable("NO_COLOR"),
            variable("TERM")};
}

bool is_drawable(int descriptor, const ScreenEnvironment& environment) {
    return ::isatty(descriptor) != 0 && !is_dumb(environment);
}

Screen screen_of(int descriptor, const ScreenEnvironment& environment) {
    Screen screen;
    screen.charset = charset_of(environment);
    if (::isatty(descriptor) == 0)
        return screen;
    screen.columns = columns_of(descriptor);
    if (!is_dumb(environment) && environment.no_color.empty())
        screen.colour = Colour::ansi;
    return screen;
}

std::string styled(std::string_view text, Style style, Colour colour) {
    if (colour == Colour::none || style == Style::plain || text.empty())
        return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", colour_code(style), text);
}

} // namespace av1encd
