#pragma once
// How fast a client is listened to: what it asks for is answered at once until it costs the
// daemon more than a share of one core, all clients together; it waits then, and nobody else does.

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

    /// `slowed`: how many other clients wait for their time now; the share is divided among them.
    void charge(Ticks now, std::size_t calls, std::size_t bytes, int slowed);
    /// Not to be listened to before; may be long past.
    Ticks next() const { return next_; }

private:
    Ticks next_{};
};

} // namespace av1encd
