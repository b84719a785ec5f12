#pragma once
// What is found out about the places where a source may be cut, while its encodes already run:
// libaom is shown each keyframe, and where it would take to the tools for screen content a cut is
// costly (core/screen_content).

#include "daemon/pipeline/job_in_hand.hpp"

namespace av1encd {

/// Marks the places in hand.plan.cuts as they are found. Where nothing can be found out they stay
/// as they are.
Awaitable<void> study_cuts(JobInHand& hand);

} // namespace av1encd
