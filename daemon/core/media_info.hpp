#pragma once
// What ffprobe says of a file, as values: read from its JSON, believed no further than parsed.

#include "daemon/core/rational.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

enum class StreamKind { video, audio, subtitle, other };

struct StreamInfo {
    int index = 0; ///< in the file
    StreamKind kind = StreamKind::other;
    /// FFmpeg's codec name; of data without one, the container's tag; empty where nothing is known.
    std::string codec;
    Rational time_base{1, 1};
    std::optional<std::int64_t> start_pts;
    std::optional<std::int64_t> promised_frames; ///< nb_frames
    bool attached_picture = false;
    std::map<std::string, int> dispositions; ///< those that are set
    std::map<std::string, std::string> tags; ///< keys in lower case

    // video
    int width = 0;
    int height = 0;
    std::string pixel_format;
    std::string field_order;
    std::string color_range, color_space, color_transfer, color_primaries, chroma_location;
    Rational sample_aspect_ratio{0, 1}; ///< 0/1: not said
    Rational average_frame_rate{0, 1};  ///< 0/1: not known
    bool has_display_matrix = false;
    std::string mastering_display; ///< as SVT-AV1 takes it, "G(x,y)B(..)…"; empty: none
    std::string content_light;     ///< "max,average"; empty: none
    bool hdr_in_pictures = false;  ///< the two stand in the pictures alone, not in the container

    // audio
    int channels = 0;
    std::string channel_layout; ///< empty where ffprobe does not say
    int sample_rate = 0;
    bool operator==(const StreamInfo&) const = default;
};

struct MediaInfo {
    std::string format; ///< demuxer name, e.g. "mov,mp4,m4a,3gp,3g2,mj2"
    std::optional<double> duration_seconds;
    std::vector<StreamInfo> streams;
    int chapters = 0;
    std::vector<int> untitled_chapters;      ///< numbers of those without a title, from 0
    std::map<std::string, std::string> tags; ///< of the container, keys in lower case
    bool operator==(const MediaInfo&) const = default;
};

/// Throws Error where the text is not ffprobe's JSON.
MediaInfo parse_media_info(std::string_view ffprobe_json);

/// Of these demuxers (`-format_whitelist`) the one that read it; all of them where none did.
std::string only_demuxer(const std::string& allowed, const MediaInfo& read);

/// The hash in the tag `keywords` (`av1encd-source:<hex>`); nullopt where there is none.
std::optional<std::string> source_hash_of(const MediaInfo& rendition);

} // namespace av1encd
