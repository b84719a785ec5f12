#pragma once
// Where ffmpeg and ffprobe are.

#include <filesystem>

namespace av1encd {

struct FfmpegPaths {
    std::filesystem::path ffmpeg;
    std::filesystem::path ffprobe;
};

/// Both as found in PATH. Throws ConfigError that names the package to install.
FfmpegPaths find_ffmpeg();

} // namespace av1encd
