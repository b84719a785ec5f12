#include "daemon/core/output_name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace av1encd {

namespace {

constexpr std::size_t longest_name = 255;

std::string_view extension(Container container) {
    return container == Container::mp4 ? ".mp4" : ".mkv";
}

struct Parts {
    std::string_view folder; ///< with its separator
    std::string_view stem;
    std::string_view extension; ///< with its dot
};

Parts parts_of(std::string_view path) {
    const auto slash = path.rfind('/');
    const auto name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    const auto folder = path.substr(0, path.size() - name.size());
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0)
        return {folder, name, {}};
    return {folder, name.substr(0, dot), name.substr(dot)};
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

/// At most `bytes` of the text, without half a UTF-8 character at its end.
std::string_view cut(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes)
        return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80)
        --bytes;
    return text.substr(0, bytes);
}

std::string compose(std::string_view folder, std::string_view stem, std::string_view ending) {
    return fmt::format("{}{}{}", folder, cut(stem, longest_name - ending.size()), ending);
}

} // namespace

std::string output_name(std::string_view source, Container container, int choice) {
    const auto parts = parts_of(source);
    const auto wanted = extension(container);
    if (choice == 0)
        return compose(parts.folder, parts.stem, wanted);
    const bool differs = !same_ignoring_case(parts.extension, wanted);
    if (differs && choice == 1)
        return compose(parts.folder, source.substr(parts.folder.size()), wanted);
    const int number = choice + (differs ? 0 : 1);
    return compose(parts.folder, parts.stem, fmt::format(" ({}){}", number, wanted));
}

std::string with_suffix(std::string_view path, std::string_view suffix) {
    const auto slash = path.rfind('/');
    const auto folder =
        slash == std::string_view::npos ? path.substr(0, 0) : path.substr(0, slash + 1);
    return compose(folder, path.substr(folder.size()), suffix);
}

} // namespace av1encd
