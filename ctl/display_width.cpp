#include "ctl/display_width.hpp"

#include "common/utf8.hpp"

#include <algorithm>
#include <clocale>
#include <cwchar>
#include <vector>

namespace av1encd {

namespace {

/// The C library knows the width of every character, but only while a UTF-8 locale is in use; that
/// of the environment may be another. C.UTF-8 is part of Debian's libc-bin.
class Utf8Locale {
public:
    Utf8Locale() : before_(::uselocale(shared())) {}
    ~Utf8Locale() { ::uselocale(before_); }
    Utf8Locale(const Utf8Locale&) = delete;
    Utf8Locale& operator=(const Utf8Locale&) = delete;

private:
    static locale_t shared() {
        static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
        return locale; // null where there is none: uselocale() then changes nothing
    }
    locale_t before_;
};

struct Piece {
    std::string_view bytes;
    std::size_t width = 1;
    bool style = false; ///< a sequence of styled(), to be kept whole
};

struct Ellipsis {
    std::string_view text;
    std::size_t width;
};

Ellipsis ellipsis_of(Charset charset) {
    return charset == Charset::utf8 ? Ellipsis{"…", 1} : Ellipsis{"...", 3};
}

/// Of the style that `text` begins with; 0: it begins with none.
std::size_t bytes_of_style(std::string_view text) {
    const auto end = text.starts_with("\x1b[") ? text.find('m') : std::string_view::npos;
    return end == std::string_view::npos ? 0 : end + 1;
}

std::vector<Piece> pieces_of(std::string_view text) {
    const Utf8Locale locale;
    std::vector<Piece> pieces;
    while (!text.empty()) {
        if (const auto style = bytes_of_style(text); style > 0) {
            pieces.push_back({text.substr(0, style), 0, true});
            text.remove_prefix(style);
            continue;
        }
        const auto character = first_character(text);
        const auto bytes = std::max<std::size_t>(character.bytes, 1);
        const int width = ::wcwidth(static_cast<wchar_t>(character.code));
        const bool known = character.bytes > 0 && width >= 0;
        pieces.push_back({text.substr(0, bytes), known ? static_cast<std::size_t>(width) : 1});
        text.remove_prefix(bytes);
    }
    return pieces;
}

/// The pieces from the front that fit.
template <typename Iterator>
std::size_t bytes_that_fit(Iterator piece, Iterator end, std::size_t columns) {
    std::size_t bytes = 0;
    for (; piece != end && piece->width <= columns; ++piece) {
        columns -= piece->width;
        bytes += piece->bytes.size();
    }
    return bytes;
}

} // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (const auto& piece : pieces_of(text))
        width += piece.width;
    return width;
}

std::string cut_in_the_middle(std::string_view text, std::size_t columns, Charset charset) {
    if (display_width(text) <= columns)
        return std::string(text);
    const auto [ellipsis, ellipsis_width] = ellipsis_of(charset);
    const auto pieces = pieces_of(text);
    if (columns <= ellipsis_width)
        return std::string(text.substr(0, bytes_that_fit(pieces.begin(), pieces.end(), columns)));
    const std::size_t kept = columns - ellipsis_width;
    const auto front = bytes_that_fit(pieces.begin(), pieces.end(), kept - kept / 2);
    auto back = bytes_that_fit(pieces.rbegin(), pieces.rend(), kept / 2);
    return std::string(text.substr(0, front))
        .append(ellipsis)
        .append(text.substr(text.size() - back));
}

std::string cut_at_end(std::string_view text, std::size_t columns, Charset charset) {
    if (display_width(text) <= columns)
        return std::string(text);
    const auto [ellipsis, ellipsis_width] = ellipsis_of(charset);
    const bool marked = columns > ellipsis_width;
    std::size_t room = marked ? columns - ellipsis_width : columns;
    bool full = false;
    std::string front;
    for (const auto& piece : pieces_of(text)) {
        if (!full && piece.width > room) {
            full = true;
            front += marked ? ellipsis : "";
        }
        if (full && !piece.style)
            continue;
        room -= std::min(room, piece.width);
        front += piece.bytes;
    }
    return front;
}

std::string aligned(std::string_view text, std::size_t columns, Align align) {
    const auto width = display_width(text);
    const std::string blanks(columns > width ? columns - width : 0, ' ');
    return align == Align::left ? std::string(text) + blanks : blanks + std::string(text);
}

} // namespace av1encd
