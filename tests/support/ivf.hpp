#pragma once
// IVF of keyframes as libaom writes them, cut to what says whether each is screen content.

#include <cstdint>
#include <string>

namespace av1encd {

inline std::string little_endian(std::uint64_t value, int count) {
    std::string text;
    for (int byte = 0; byte < count; ++byte)
        text.push_back(static_cast<char>(value >> (8 * byte) & 0xff));
    return text;
}

/// Of a file with times in 1/10.
inline std::string ivf_header() {
    return "DKIF" + little_endian(0, 4) + "AV01" + little_endian(0, 4) + little_endian(10, 4) +
           little_endian(1, 4) + little_endian(0, 8);
}

inline std::string ivf_keyframe(std::uint64_t time, bool screen) {
    return little_endian(3, 4) + little_endian(time, 8) + "\x32\x01" + (screen ? '\x14' : '\x10');
}

} // namespace av1encd
