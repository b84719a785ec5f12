#pragma once
// Where ffmpeg and ffprobe are.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace av1encd {

struct FfmpegPaths {
    std::filesystem::path ffmpeg;
    std::filesystem::path ffprobe;
    /// That both have all access to beside what av1encd grants them.
    std::vector<std::filesystem::path> own_places = {};
    /// How much memory each may take instead of what its request says; 0: without a limit.
    std::optional<std::uint64_t> memory = {};
};

/// Both as found in PATH; places and memory as AV1ENCD_FFMPEG_PATHS and AV1ENCD_FFMPEG_MEMORY say.
/// Throws ConfigError that names the package to install, or the variable.
FfmpegPaths find_ffmpeg();

} // namespace av1encd
