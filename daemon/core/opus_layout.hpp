#pragma once
// Which channels libopus is given for those of a source. libopus knows eight layouts; any other is
// carried in the smallest of them that holds its channels, or mixed to 7.1, and that is said.

#include "daemon/core/media_info.hpp"

#include <cstdint>
#include <string>

namespace av1encd {

struct OpusLayout {
    std::string name; ///< as FFmpeg calls it; empty: as many channels without places as there are
    int channels = 0;
    std::string note; ///< what changes; empty where nothing is lost or moved
    bool operator==(const OpusLayout&) const = default;
};

OpusLayout opus_layout_for(const StreamInfo& audio);

/// At most what libopus takes for that many channels.
std::uint64_t opus_bitrate(std::uint64_t wanted, const OpusLayout& layout);

} // namespace av1encd
