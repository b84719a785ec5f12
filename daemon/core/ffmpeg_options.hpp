#pragma once
// Options that several of the command lines share. For the sources of ffmpeg_args.hpp only.

#include "daemon/core/encode_plan.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace av1encd {

using Arguments = std::vector<std::string>;

void append(Arguments& arguments, const Arguments& more);

/// What every ffmpeg begins with.
Arguments ffmpeg_beginning();

/// Whether the first error ends it.
Arguments strictness(const EncodePlan& plan);

/// The name as ffmpeg takes it whatever characters are in it.
std::string file_name(const std::filesystem::path& path);

/// What confines the input that follows to this one file and these demuxers.
Arguments confined_to(const std::string& demuxers);

/// An input that is opened with `confined_to(demuxers)`.
Arguments input(const std::filesystem::path& file, const std::string& demuxers);

/// What the decoders of the input that follows may take.
Arguments decoder_limits();

/// The clock of a rendition's video track: every timestamp of the source is a whole number of its
/// ticks, and `ticks_of_source` of them are one of the source's time base's denominator.
struct TrackClock {
    std::int64_t ticks_per_second = 1;
    std::int64_t ticks_of_source = 1;
};
TrackClock track_clock(const VideoPlan& video);

/// Seconds to the microsecond, as ffmpeg takes them.
std::string seconds_text(double seconds);

} // namespace av1encd
