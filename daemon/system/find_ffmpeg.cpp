#include "daemon/system/find_ffmpeg.hpp"

#include "common/error.hpp"
#include "common/quantities.hpp"
#include "common/source_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace av1encd {

namespace {

std::filesystem::path find_in_path(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::string_view rest = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
    while (!rest.empty()) {
        const auto folder = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
        // A folder relative to the current one is no place to find programs of a daemon.
        auto candidate = std::filesystem::path(folder) / name;
        std::error_code unreadable;
        if (candidate.is_absolute() && ::access(candidate.c_str(), X_OK) == 0 &&
            std::filesystem::is_regular_file(candidate, unreadable))
            return candidate;
    }
    throw ConfigError(name + " is not installed: apt install ffmpeg");
}

std::vector<std::filesystem::path> places_in(const char* variable) {
    std::vector<std::filesystem::path> places;
    const char* text = std::getenv(variable);
    for (std::string_view rest = text != nullptr ? text : ""; !rest.empty();) {
        const std::filesystem::path place(rest.substr(0, rest.find(':')));
        rest.remove_prefix(std::min(rest.size(), place.native().size() + 1));
        if (place.is_absolute())
            places.push_back(place);
    }
    return places;
}

std::optional<std::uint64_t> memory_in(const char* variable) {
    const char* text = std::getenv(variable);
    if (text == nullptr || *text == '\0')
        return std::nullopt;
    const auto size = text == std::string_view("off") ? 0 : parse_size(text);
    if (!size)
        throw ConfigError(
            fmt::format("{}: '{}' is neither a size as 8GiB nor off", variable, printable(text)));
    // With less, its libraries cannot be loaded, which is no fault of any source.
    constexpr std::uint64_t least = 64ULL << 20;
    if (*size > 0 && *size < least)
        throw ConfigError(fmt::format("{}: no ffmpeg begins with {}: 64MiB at least, or off",
                                      variable, printable(text)));
    return size;
}

} // namespace

FfmpegPaths find_ffmpeg() {
    return {find_in_path("ffmpeg"), find_in_path("ffprobe"), places_in("AV1ENCD_FFMPEG_PATHS"),
            memory_in("AV1ENCD_FFMPEG_MEMORY")};
}

} // namespace av1encd
