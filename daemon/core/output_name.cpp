#include "daemon/core/output_name.hpp"

#include "common/file_name.hpp"

#include <algorithm>

namespace av1encd {

namespace {

std::string_view extension_with_dot(Container container) {
    return container == Container::mp4 ? ".mp4" : ".mkv";
}

/// Of the last component, with its dot; a name that only begins with one has none.
std::string_view extension_of_name(std::string_view path) {
    const auto name = base_name(path);
    const auto dot = name.rfind('.');
    return dot == std::string_view::npos || dot == 0 ? std::string_view() : name.substr(dot);
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

} // namespace

std::string output_name(std::string_view source, Container container, int choice) {
    const auto extension = extension_of_name(source);
    const auto wanted = extension_with_dot(container);
    auto first = suffixed_path(source.substr(0, source.size() - extension.size()), wanted);
    if (choice == 0)
        return first;
    const bool differs = !same_ignoring_case(extension, wanted);
    if (differs && choice == 1)
        return suffixed_path(source, wanted);
    return numbered_path(first, choice + (differs ? 0 : 1));
}

} // namespace av1encd
