#pragma once
// The source's one full decode beside what its container promised -> sound, damaged or unusable.
// FFmpeg facts: -xerror alone misses a good part of flipped bits, which exit with 0 and a
// complaint; a file cut between two packets exits with 0 and says 'partial file'.

#include "daemon/core/frame_times.hpp"
#include "daemon/core/packet_times.hpp"
#include "daemon/core/process_outcome.hpp"

#include <string>
#include <variant>

namespace av1encd {

struct SourceSound {
    bool operator==(const SourceSound&) const = default;
};
/// Some of it decodes; `encode.damaged` says what to do.
struct SourceDamaged {
    std::string reason;
    bool operator==(const SourceDamaged&) const = default;
};
/// Nothing decodes.
struct SourceUnusable {
    std::string reason;
    bool operator==(const SourceUnusable&) const = default;
};
using SourceVerdict = std::variant<SourceSound, SourceDamaged, SourceUnusable>;

/// `outcome` is of a decode with `-v error`. A strict one that ended at its first error before any
/// picture says only 'damaged': whether the rest decodes is for a decode to say that goes on.
/// Fewer pictures than promised are taken for sound only where packets share a timestamp (fields,
/// frames never shown), or lead an open GOP whose beginning is not in the file.
SourceVerdict judge_source(const PacketTimes& promised, const FrameTimes& decoded,
                           const ProcessOutcome& outcome);

} // namespace av1encd
