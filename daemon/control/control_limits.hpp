#pragma once
// What the clients of the control socket may cost.

#include "daemon/control/client_pace.hpp"

#include <chrono>
#include <cstddef>

namespace av1encd {

using namespace std::chrono_literals;

struct ControlLimits {
    std::size_t clients = 256; ///< at once; the next one gets an error and is closed
    /// Of events that wait for one client; it misses the ones after that.
    std::size_t backlog_bytes = std::size_t{256} << 10;
    /// Of large replies that were not read yet, all clients together; who asks for one more is told
    /// to try again.
    std::size_t unread_bytes = std::size_t{64} << 20;
    /// A reply that is not read for this long, or a large call that is not whole after it, closes
    /// the connection.
    std::chrono::milliseconds patience = 10s;
    std::size_t bus_calls = 256; ///< over D-Bus that wait for their reply; the next one is refused
};

/// What all clients cost now.
struct CostsOfClients {
    ClientPace pace;
    std::size_t unread_bytes = 0; ///< of large replies
};

/// Of a pause; longer ones would overflow when added to a time in milliseconds.
inline constexpr std::chrono::seconds longest_duration = std::chrono::hours(24) * 366 * 100;

/// Added to a count as long as it lives.
template <typename Count>
class Counted {
public:
    Counted(Count& count, Count part) : count_(count), part_(part) { count_ += part_; }
    ~Counted() { count_ -= part_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

private:
    Count& count_;
    Count part_;
};

} // namespace av1encd
