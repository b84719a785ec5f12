#include "common/file_name.hpp"

#include "common/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace av1encd {
namespace {

// Longer ones are no extensions but names with a dot inside: cutting the rest would leave nothing.
constexpr std::size_t longest_extension = 32;

std::string_view extension_of(std::string_view name) {
    const auto dot = name.rfind('.');
    const bool is_one =
        dot != std::string_view::npos && dot > 0 && name.size() - dot <= longest_extension;
    return is_one ? name.substr(dot) : std::string_view();
}

std::string ended_with(std::string_view folder, std::string_view stem, std::string_view ending) {
    return fmt::format(
        "{}{}{}{}", folder, folder.empty() ? "" : "/",
        cut_at_character(stem, longest_file_name - std::min(longest_file_name, ending.size())),
        ending);
}

} // namespace

std::string_view base_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1); // npos + 1 is 0
}

std::string_view folder_of(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string numbered_path(std::string_view path, int number) {
    if (number == 1)
        return std::string(path);
    const auto name = base_name(path);
    const auto extension = extension_of(name);
    return ended_with(folder_of(path), name.substr(0, name.size() - extension.size()),
                      fmt::format(" ({}){}", number, extension));
}

std::string suffixed_path(std::string_view path, std::string_view suffix) {
    return ended_with(folder_of(path), base_name(path), suffix);
}

} // namespace av1encd
