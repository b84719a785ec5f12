#include "daemon/core/task_order.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace av1encd {

namespace {

// What an encoder process of a full HD picture was seen to take, rounded up.
constexpr std::uint64_t usual_memory_per_worker = 768ULL << 20;

// Of what each process would have to do until the end, were all work known to the second: half is
// begun at once, the rest evens out what was estimated wrongly. bench/segments.
constexpr double share_to_begin = 0.5;
constexpr int cores_filled_by_one = 2;

// Towards the end so much of a core may stand empty beside each process before it gets one thread
// more. On two cores: the other one's work ends before two thirds of this one's are done.
constexpr double core_left_empty = 0.2;

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

std::optional<double> piece_to_begin(double segment, const WorkLeft& left, int processes) {
    if (left.more_to_come || processes < 2)
        return std::nullopt;
    const auto even_share = (left.to_begin + left.running) / processes;
    const auto piece = share_to_begin * even_share;
    return segment > piece ? std::optional(piece) : std::nullopt;
}

int processes_to_fill(Encoder encoder, int cores, int workers) {
    const int each = encoder == Encoder::libsvtav1 ? cores_filled_by_one : 1;
    return std::min(workers, (cores + each - 1) / each);
}

int automatic_workers(Encoder encoder, const WorkerFacts& facts) {
    const int by_cores = encoder == Encoder::libsvtav1
                             ? std::max(2, facts.cores / cores_filled_by_one)
                             : facts.cores;
    const auto each =
        std::max<std::uint64_t>(facts.memory_each.value_or(usual_memory_per_worker), 1);
    const auto by_memory =
        static_cast<std::uint64_t>(facts.running) + facts.available_memory_bytes / each;
    return std::max(1, static_cast<int>(std::min<std::uint64_t>(
                           static_cast<std::uint64_t>(by_cores), by_memory)));
}

int automatic_threads(Encoder encoder, int cores, int workers, double segment,
                      const WorkLeft& left) {
    if (encoder == Encoder::libsvtav1)
        return 0;
    const double at_once = left.more_to_come || segment <= 0
                               ? workers
                               : std::max(1.0, (left.to_begin + left.running) / segment);
    const double each = cores / std::min<double>(at_once, workers);
    const bool some_stand_empty = at_once < workers;
    const auto threads = some_stand_empty ? std::ceil(each - core_left_empty) : std::round(each);
    return std::max(1, static_cast<int>(threads));
}

} // namespace av1encd
