#include "daemon/config_file/config_writer.hpp"

#include "daemon/config_file/config_keys.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace av1encd {
namespace {

/// `word` at its place below the sections that the dotted name has before it.
std::string indented(std::string_view name) {
    const auto depth = static_cast<std::size_t>(std::ranges::count(name, '.'));
    return std::string(2 * depth, ' ') + std::string(name.substr(name.rfind('.') + 1)) + ":";
}

std::string section_of(std::string_view name) {
    const auto dot = name.rfind('.');
    return std::string(name.substr(0, dot == std::string_view::npos ? 0 : dot));
}

/// The heading of a key's section, where the key before it stood in another one.
std::string heading(const std::string& section, const std::string& previous) {
    const bool still_open = section == previous || previous.starts_with(section + ".");
    return section.empty() || still_open ? "" : indented(section) + "\n";
}

} // namespace

std::string to_yaml(const Config& config) {
    std::string text;
    std::string previous;
    for (const ConfigKey& key : config_keys()) {
        const std::string section = section_of(key.name);
        text += heading(section, previous);
        text += fmt::format("{} {}\n", indented(key.name), key.print(config));
        previous = section;
    }
    return text;
}

} // namespace av1encd
