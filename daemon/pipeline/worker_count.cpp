#include "daemon/pipeline/worker_count.hpp"

#include "daemon/core/task_order.hpp"

namespace av1encd {

void adapt_workers(Context& context, Encoder encoder, double pixels_a_picture) {
    const auto each = context.encoder_record.memory_for(encoder, pixels_a_picture);
    if (context.config.workers || !each)
        return;
    const auto running = static_cast<std::uint64_t>(std::max(context.processes.running(), 0));
    const auto available = context.machine.available_memory_bytes() + running * *each;
    context.slots.resize(automatic_workers(encoder, context.machine.cores(), available, each));
}

} // namespace av1encd
