#pragma once
// Waits for what another process does: looks again and again, and gives up only where no machine
// is that slow.

#include <chrono>
#include <poll.h>

namespace av1encd {

constexpr std::chrono::seconds patience{600};

/// Whether it came true.
template <typename Condition>
bool eventually(Condition condition) {
    constexpr int milliseconds_between_looks = 20;
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        ::poll(nullptr, 0, milliseconds_between_looks);
    }
    return true;
}

} // namespace av1encd
