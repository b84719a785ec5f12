#pragma once
// `workers`: the configured number of slots, or for `auto` as many as cores and memory carry, by
// what encoder processes of such pictures were seen to take.

#include "daemon/pipeline/context.hpp"

namespace av1encd {

/// Before any encoder was seen at work.
int workers_at_start(const Config& config, const Machine& machine);

/// Resizes the slots: where configuration or cores changed, and after an encoder process of so many
/// pixels a picture ended. The largest picture that is being encoded counts.
void follow_workers(Context& context, std::uint64_t pixels_a_picture = 0);

} // namespace av1encd
