#pragma once
// What a rendition decodes to, beside its source and plan -> accepted, or why not.

#include "daemon/core/encode_plan.hpp"
#include "daemon/core/frame_times.hpp"
#include "daemon/core/process_outcome.hpp"

#include <optional>
#include <string>

namespace av1encd {

/// nullopt: accepted. Else one sentence: decode errors or any stderr line, frames that differ,
/// audio that starts more than 1 ms or ends more than one packet off, streams that are not there.
std::optional<std::string> reason_to_reject(const EncodePlan& plan, const FrameTimes& source,
                                            const MediaInfo& rendition, const FrameTimes& decoded,
                                            const ProcessOutcome& decode_outcome);

} // namespace av1encd
