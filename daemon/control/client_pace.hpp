#pragma once
// How fast clients are listened to: what they ask for is answered at once until it costs the
// daemon, all clients together, more than a share of one core.

#include <chrono>
#include <cstddef>

namespace av1encd {

class ClientPace {
public:
    using Ticks = std::chrono::steady_clock::time_point;

    /// For a call or a connection, whatever it comes to.
    static constexpr std::chrono::nanoseconds cost_of_a_call = std::chrono::microseconds(50);
    /// That is received or sent.
    static constexpr std::chrono::nanoseconds cost_of_a_byte{10};
    /// One part of the time is spent on clients, the others are not.
    static constexpr int parts = 4;
    /// What may come at once after a while without calls: 1000 of them.
    static constexpr std::chrono::nanoseconds burst = std::chrono::milliseconds(200);

    void charge(Ticks now, std::size_t calls, std::size_t bytes);
    /// Who was charged last is not to be listened to before; may be long past.
    Ticks next() const { return next_; }

private:
    Ticks next_{};
};

} // namespace av1encd
