#include "daemon/control/client_pace.hpp"

#include <algorithm>

namespace av1encd {

void ClientPace::charge(Ticks now, std::size_t calls, std::size_t bytes) {
    const auto cost = static_cast<std::chrono::nanoseconds::rep>(calls) * cost_of_a_call +
                      static_cast<std::chrono::nanoseconds::rep>(bytes) * cost_of_a_byte;
    next_ = std::max(next_, now - burst) + cost * parts;
}

} // namespace av1encd
