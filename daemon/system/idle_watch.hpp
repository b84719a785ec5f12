#pragma once
// Tells a child that does nothing any more, by looks at its process group.

#include "daemon/system/process_activity.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace av1encd {

/// How long is waited for a child that may not end by itself.
struct Patience {
    std::chrono::milliseconds pipes{2'000};
    std::chrono::milliseconds stall{20'000};        ///< asleep after a complaint
    std::chrono::milliseconds silence{120'000};     ///< asleep without, or stopped by others
    std::chrono::milliseconds between_looks{5'000}; ///< for those two
};

class IdleWatch {
public:
    using Span = std::chrono::steady_clock::duration;

    /// All times are the child's running time, which stands still while it is suspended.
    IdleWatch(pid_t group, const Patience& patience, Span now);

    /// What was seen where it did nothing for too long; nullopt: it may be at work.
    /// `complained`: it wrote something to stderr.
    std::optional<std::string> look(Span now, Span spoken_at, bool complained);

private:
    pid_t group_;
    Patience patience_;
    ProcessActivity last_;
    Span looked_at_;
    Span idle_{};
};

} // namespace av1encd
