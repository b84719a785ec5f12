#pragma once
// What will be made of a source: which streams, how each, at which CRFs, in which segments; or why
// it cannot be encoded. Everything that is changed or left out is said in `notes`.

#include "daemon/config/config.hpp"
#include "daemon/core/job.hpp"
#include "daemon/core/media_info.hpp"
#include "daemon/core/packet_times.hpp"
#include "daemon/core/segment_cuts.hpp"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace av1encd {

struct VideoPlan {
    StreamInfo source;
    Encoder encoder = Encoder::libsvtav1;
    int preset = 6;             ///< in the encoder's own terms
    std::optional<int> threads; ///< of each process; nullopt: auto
    /// Empty where another than the configured encoder stands in.
    std::vector<std::string> extra_args;
    std::string pixel_format;  ///< what the encoder is given
    bool shared_times = false; ///< some pictures have the timestamp of the one before
    bool exact_seeks = false;  ///< its demuxer finds a keyframe by its presentation time
    bool operator==(const VideoPlan&) const = default;
};

struct AudioPlan {
    StreamInfo source;
    std::string codec;
    std::uint64_t bitrate = 0;
    bool operator==(const AudioPlan&) const = default;
};

struct SubtitlePlan {
    StreamInfo source;
    std::string codec; ///< "copy", or an encoder for what the container takes
    bool operator==(const SubtitlePlan&) const = default;
};

struct EncodePlan {
    VideoPlan video;
    std::vector<AudioPlan> audio;
    std::vector<SubtitlePlan> subtitles;
    int chapters = 0;
    std::vector<int> named_chapters; ///< without a title, where the container needs one; from 0
    std::map<std::string, std::string> tags; ///< of the source's container
    double duration_seconds = 0;
    std::vector<int> ladder; ///< CRFs
    CutPlaces cuts;
    std::int64_t segment_ticks = 0; ///< wished length of a segment; 0: whole files
    Container container = Container::mp4;
    OnDamaged damaged = OnDamaged::fail;
    std::vector<std::string> notes; ///< one sentence each
    bool operator==(const EncodePlan&) const = default;
};

/// The segments to begin with: they may be cut finer while they wait.
std::vector<SegmentRange> segments_of(const EncodePlan& plan);

/// The source's own fault, in words that a person understands.
struct Refusal {
    std::string reason;
    bool operator==(const Refusal&) const = default;
};

/// Before anything is decoded: not a video, too large a picture, no duration. nullopt: go on.
std::optional<Refusal> refuse_early(const MediaInfo& source, const LimitsConfig& limits);

std::variant<EncodePlan, Refusal> plan_encode(const MediaInfo& source, const PacketTimes& packets,
                                              const EncodeConfig& encode,
                                              const LimitsConfig& limits);

} // namespace av1encd
