#pragma once
// How often something that comes and goes is worth a line: a few times at once, then only every
// quarter of an hour, so that no line repeats for ever at the pace of its cause.

#include <chrono>

namespace av1encd {

class LineBudget {
public:
    using Ticks = std::chrono::steady_clock::time_point;

    static constexpr int at_once = 5;
    static constexpr std::chrono::minutes refill{15};

    enum class Line {
        said,
        said_as_last, ///< the next ones are withheld until time has passed: worth a word, too
        withheld
    };

    /// For one more time, at `now`, which never runs back.
    Line spend(Ticks now);

private:
    int left_ = at_once;
    Ticks counted_from_{}; ///< since when time has passed towards the next line
};

} // namespace av1encd
