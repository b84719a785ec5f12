#pragma once
// `workers: auto`: as many slots as the cores and the memory carry, by what encoder processes of
// such pictures were seen to take.

#include "daemon/pipeline/context.hpp"

namespace av1encd {

/// After an encoder process of such pictures ended. Nothing where the number is configured.
void adapt_workers(Context& context, Encoder encoder, double pixels_a_picture);

} // namespace av1encd
