#pragma once
// The door to the machine's shortage of memory.

#include <boost/asio/awaitable.hpp>

namespace av1encd {

template <typename T>
using Awaitable = boost::asio::awaitable<T>;

class MemoryPressure {
public:
    virtual ~MemoryPressure() = default;
    /// Until programs of this machine wait for memory. For ever where the kernel does not tell;
    /// throws only where it is cancelled.
    virtual Awaitable<void> until_short() = 0;
};

} // namespace av1encd
