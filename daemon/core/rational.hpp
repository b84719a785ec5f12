#pragma once
// Exact fractions, as FFmpeg's time bases are. Products are compared in 128 bits, so no pair of
// 64-bit timestamps and 31-bit time bases overflows.

#include <cstdint>

namespace av1encd {

struct Rational {
    std::int64_t num = 0;
    std::int64_t den = 1; ///< greater than 0
    double value() const { return static_cast<double>(num) / static_cast<double>(den); }
    bool operator==(const Rational&) const = default; ///< same notation, not same value
};

/// The time from one timestamp to another of the same stream.
struct TickSpan {
    std::int64_t from = 0;
    std::int64_t to = 0;
    Rational base{1, 1};
    double seconds() const;
};

/// ticks_a * base_a compared with ticks_b * base_b: negative, zero or positive.
int compare_ticks(std::int64_t ticks_a, Rational base_a, std::int64_t ticks_b, Rational base_b);

/// As compare_ticks(), of the two lengths of time. Exact for timestamps as far apart as they can
/// be.
int compare_spans(const TickSpan& a, const TickSpan& b);

} // namespace av1encd
