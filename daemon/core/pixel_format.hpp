#pragma once
// FFmpeg's pixel formats by name: what is in a picture, and the nearest that AV1 can hold without
// throwing chroma away.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

/// How the colours are kept; the digits are those of the usual notation.
enum class Chroma { none, yuv410, yuv411, yuv420, yuv422, yuv440, yuv444, rgb };

struct PixelFormat {
    Chroma chroma = Chroma::yuv420;
    int bits = 8; ///< of one component; 32 for floating point
    bool alpha = false;
    bool full_range = false; ///< where the name itself says so (yuvj420p)
    bool operator==(const PixelFormat&) const = default;
};

/// nullopt for a name that is not known, e.g. a format of some hardware.
std::optional<PixelFormat> parse_pixel_format(std::string_view name);

/// FFmpeg's name of the nearest format that AV1 can hold. `notes`: what does not stay as it is.
struct Av1Format {
    PixelFormat format;
    std::string name;
    std::vector<std::string> notes;
    bool operator==(const Av1Format&) const = default;
};

Av1Format nearest_av1_format(const PixelFormat& source);

} // namespace av1encd
