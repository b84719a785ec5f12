#include "daemon/core/rational.hpp"

namespace av1encd {

namespace {

__extension__ using Int128 = __int128;

// 65 bits at most: the distance of two timestamps can exceed what one of them holds.
Int128 length_of(const TickSpan& span) {
    return static_cast<Int128>(span.to) - span.from;
}

} // namespace

double TickSpan::seconds() const {
    return static_cast<double>(length_of(*this)) * base.value();
}

int compare_ticks(std::int64_t ticks_a, Rational base_a, std::int64_t ticks_b, Rational base_b) {
    return compare_spans({0, ticks_a, base_a}, {0, ticks_b, base_b});
}

int compare_spans(const TickSpan& a, const TickSpan& b) {
    const Int128 left = length_of(a) * a.base.num * b.base.den;
    const Int128 right = length_of(b) * b.base.num * a.base.den;
    return (left > right ? 1 : 0) - (left < right ? 1 : 0);
}

} // namespace av1encd
