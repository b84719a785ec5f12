#include "daemon/core/task_order.hpp"

#include <algorithm>
#include <tuple>

namespace av1encd {

namespace {

// What an encoder process of a full HD picture was seen to take, rounded up.
constexpr std::uint64_t memory_per_worker = 768ULL << 20;

} // namespace

std::optional<std::size_t> next_segment(const std::vector<WaitingSegment>& waiting) {
    if (waiting.empty())
        return std::nullopt;
    const auto urgency = [](const WaitingSegment& segment) {
        return std::tuple(segment.chunk, -segment.remaining_work, segment.order);
    };
    const auto next =
        std::min_element(waiting.begin(), waiting.end(),
                         [&](const auto& a, const auto& b) { return urgency(a) < urgency(b); });
    return static_cast<std::size_t>(next - waiting.begin());
}

int automatic_workers(Encoder encoder, int cores, std::uint64_t available_memory_bytes) {
    const int by_cores = encoder == Encoder::libsvtav1 ? std::max(2, cores / 2) : cores;
    const auto by_memory = available_memory_bytes / memory_per_worker;
    return std::max(1, static_cast<int>(std::min<std::uint64_t>(
                           static_cast<std::uint64_t>(by_cores), by_memory)));
}

int automatic_threads(Encoder encoder, int cores, int workers) {
    if (encoder == Encoder::libsvtav1)
        return 0;
    return std::max(1, cores / std::max(1, workers));
}

} // namespace av1encd
