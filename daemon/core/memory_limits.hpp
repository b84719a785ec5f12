#pragma once
// How much memory (RLIMIT_DATA) a child may take at most: far more than any honest source of its
// size was seen to need (bench/memory), and far less than a hostile one asks for.

#include "daemon/core/encode_plan.hpp"

#include <cstdint>

namespace av1encd {

struct MachineSize {
    int cores = 1;
    std::uint64_t memory_bytes = 0; ///< with swap; 0: not known
};

/// To look at a file of which nothing is known yet.
std::uint64_t memory_to_look(const MachineSize& machine);

/// To decode, or to read and copy, what has such pictures.
std::uint64_t memory_to_decode(const StreamInfo& video, const MachineSize& machine);

/// To decode and encode them with so many threads; 0: as many as the encoder chooses.
std::uint64_t memory_to_encode(const VideoPlan& video, int threads, const MachineSize& machine);

} // namespace av1encd
