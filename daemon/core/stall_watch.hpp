#pragma once
// Whether an encoder still gets on: from looks at its progress, against what its own speed, or the
// size of its picture before the first progress, lets expect.
//
// Time counts only as far as the encoder got the CPU that it wanted: at niceness 19 beside a busy
// program it may crawl, and that is no stall. Time in which it was suspended is not in the looks,
// and of a long time between two of them, in which the whole service may have been frozen, only a
// part counts.

#include <chrono>
#include <cstdint>
#include <optional>

namespace av1encd {

class StallWatch {
public:
    using Span = std::chrono::steady_clock::duration;

    struct Look {
        Span ran{};              ///< since any fixed moment, suspended time left out
        std::int64_t frames = 0; ///< encoded so far
        std::uint64_t bytes = 0; ///< written so far
        Span cpu_used{};         ///< by all its threads
        Span cpu_waited_for{};   ///< by threads that were ready to run
        bool operator==(const Look&) const = default;
    };

    StallWatch(std::uint64_t picture_pixels, const Look& first);

    /// How long it has made no progress, where that is too long; nullopt: it may be at work.
    std::optional<Span> stalled(const Look& look);

    /// What it is given without progress, from here on.
    Span patience() const;

private:
    std::uint64_t picture_pixels_;
    Look last_;
    Span worked_{}; ///< time that counts, since the first look
    Span progressed_at_{};
    Span longest_gap_{};
};

} // namespace av1encd
