#pragma once
// The source's one full decode beside what its container promised -> sound, damaged or unusable.

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

SourceVerdict judge_source(const PacketTimes& promised, const FrameTimes& decoded,
                           const ProcessOutcome& outcome);

} // namespace av1encd
