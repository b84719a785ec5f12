#pragma once
// Which of the waiting segments a free slot takes next, and how many slots a machine carries.

#include "daemon/config/config.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace av1encd {

struct WaitingSegment {
    int chunk = 0;
    double remaining_work = 0; ///< of its rendition, in pixels to encode
    std::uint64_t order = 0;   ///< of arrival
    bool operator==(const WaitingSegment&) const = default;
};

/// Index of the next one: of the oldest chunk, the longest remaining rendition, so that all slots
/// end together; of equals the one that came first. nullopt: none waits.
std::optional<std::size_t> next_segment(const std::vector<WaitingSegment>& waiting);

/// `workers: auto`. SVT-AV1 fills two cores from one process, libaom and rav1e hardly one each; a
/// second process hides what one loses at its start and end.
int automatic_workers(Encoder encoder, int cores, std::uint64_t available_memory_bytes);

/// `threads: auto`: 0 leaves it to the encoder. libaom with threads of its own choice costs 17 %
/// more CPU time than with one thread a process.
int automatic_threads(Encoder encoder, int cores, int workers);

} // namespace av1encd
