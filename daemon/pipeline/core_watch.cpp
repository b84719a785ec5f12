#include "daemon/pipeline/core_watch.hpp"

#include <utility>

namespace av1encd {

namespace {

// The kernel tells of it only those who may hear all of its device events.
constexpr std::chrono::seconds between_looks{15};

} // namespace

CoreWatch::CoreWatch(Machine& machine, Clock& clock, std::function<void(int, int)> on_change)
    : machine_(machine),
      clock_(clock),
      on_change_(std::move(on_change)),
      cores_(machine.cores()) {}

Awaitable<void> CoreWatch::run() {
    for (;;) {
        co_await clock_.wait_until(clock_.now() + between_looks);
        const int now = machine_.cores();
        if (now != cores_)
            on_change_(std::exchange(cores_, now), now);
    }
}

} // namespace av1encd
