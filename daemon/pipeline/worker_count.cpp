#include "daemon/pipeline/worker_count.hpp"

#include "daemon/core/task_order.hpp"

#include <algorithm>

namespace av1encd {

int workers_at_start(const Config& config, const Machine& machine) {
    return config.workers.value_or(automatic_workers(
        config.encode.encoder, {machine.cores(), machine.available_memory_bytes()}));
}

void follow_workers(Context& context, std::uint64_t pixels_a_picture) {
    if (context.config.workers)
        return context.slots.resize(*context.config.workers);
    WorkerFacts facts{context.machine.cores(), context.machine.available_memory_bytes()};
    auto largest = pixels_a_picture;
    for (const auto& work : context.slots.works()) {
        if (!work)
            continue;
        ++facts.running;
        largest = std::max(largest, work->picture_pixels);
    }
    const auto encoder = context.config.encode.encoder;
    if (largest > 0)
        facts.memory_each =
            context.encoder_record.memory_for(encoder, static_cast<double>(largest));
    context.slots.resize(automatic_workers(encoder, facts));
}

} // namespace av1encd
