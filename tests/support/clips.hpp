#pragma once
// Small videos to encode, made by ffmpeg when they are first asked for and kept as long as the
// test program runs.

#include <filesystem>
#include <string>
#include <vector>

namespace av1encd {

struct Clip {
    std::string size = "96x64";
    double seconds = 0.6;
    int hue = 0;            ///< of the picture, in degrees: clips that differ have other bytes
    int keyframe_every = 0; ///< so many pictures; 0: as the encoder likes
    bool operator<(const Clip& other) const;
};

/// 25 frames a second of H.264, AAC beside it. Throws Error with ffmpeg's complaint.
std::filesystem::path clip(const Clip& wanted = {});

/// Encodes for some seconds at a slow preset: long enough to be met at work.
inline const Clip long_clip{"320x240", 20, 0};

/// The timestamps and hashes of every frame that the file decodes to: video, then audio.
std::string decoded(const std::filesystem::path& file);

/// A value that ffprobe has of the file: of its first stream of that kind ("v:0"), or of the
/// container where `stream` is empty.
std::string probed(const std::filesystem::path& file, const std::string& stream,
                   const std::string& entry);

} // namespace av1encd
