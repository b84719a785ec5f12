#include "daemon/core/line_budget.hpp"

#include <algorithm>

namespace av1encd {

LineBudget::Line LineBudget::spend(Ticks now) {
    const auto earned = (now - counted_from_) / refill;
    if (left_ + earned >= at_once) {
        left_ = at_once;
        counted_from_ = now;
    } else {
        left_ += static_cast<int>(earned);
        counted_from_ += earned * refill;
    }
    if (left_ == 0)
        return Line::withheld;
    --left_;
    return left_ == 0 ? Line::said_as_last : Line::said;
}

} // namespace av1encd
