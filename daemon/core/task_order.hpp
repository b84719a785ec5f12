#pragma once
// Which of the waiting segments a free slot takes next, how long a piece of it, and how many slots
// and threads a machine carries. Work is measured in seconds of one encoder process, as far as
// known.

#include "daemon/config/config.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace av1encd {

struct WaitingSegment {
    int chunk = 0;
    double remaining_work = 0; ///< of its rendition
    std::uint64_t order = 0;   ///< of arrival
    bool operator==(const WaitingSegment&) const = default;
};

/// Index of the next one: of the oldest chunk, the longest remaining rendition, so that all slots
/// end together; of equals the one that came first. nullopt: none waits.
std::optional<std::size_t> next_segment(const std::vector<WaitingSegment>& waiting);

/// What is still to be encoded by this machine.
struct WorkLeft {
    double to_begin = 0; ///< of segments that wait
    double running = 0;
    int segments = 0;          ///< that wait or run
    bool more_to_come = false; ///< sources that wait, or that no plan is made of yet
    bool operator==(const WorkLeft&) const = default;
};

/// How much of a segment a slot begins with, so that no slot stands empty before the others end;
/// the rest of it waits on. nullopt: with all of it, as the end is far off. `segment` is part of
/// `left.to_begin`; `processes` is how many it takes to keep every core busy.
std::optional<double> piece_to_begin(double segment, const WorkLeft& left, int processes);

/// Encoder processes that keep every core busy. SVT-AV1 fills two cores from one; of libaom and
/// rav1e two threads lose more than a cut at a good place does (bench/segments).
int processes_to_fill(Encoder encoder, int cores, int workers);

/// `workers: auto`. SVT-AV1 fills two cores from one process, libaom and rav1e hardly one each; a
/// second process hides what one loses at its start and end.
struct WorkerFacts {
    int cores = 1;
    std::uint64_t available_memory_bytes = 0; ///< beside what the running ones take
    int running = 0;
    /// That one was seen to take; nullopt: none was seen yet.
    std::optional<std::uint64_t> memory_each{};
};
int automatic_workers(Encoder encoder, const WorkerFacts& facts);

/// `threads: auto` of a process that begins with `segment`, part of `left.to_begin`: 0 leaves it to
/// the encoder. libaom with threads of its own choice costs 17 % more CPU time than with one thread
/// a process, so that it has more than one only where cores would stand empty while it runs.
int automatic_threads(Encoder encoder, int cores, int workers, double segment,
                      const WorkLeft& left);

} // namespace av1encd
