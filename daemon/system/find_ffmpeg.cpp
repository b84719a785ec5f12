#include "daemon/system/find_ffmpeg.hpp"

#include "common/error.hpp"

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

} // namespace

FfmpegPaths find_ffmpeg() {
    return {find_in_path("ffmpeg"), find_in_path("ffprobe")};
}

} // namespace av1encd
