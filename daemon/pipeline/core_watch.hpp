#pragma once
// Notices that this machine has another number of cores than before: virtual machines take them
// offline and bring them back.

#include "daemon/pipeline/ports/clock.hpp"
#include "daemon/pipeline/ports/machine.hpp"

#include <functional>

namespace av1encd {

class CoreWatch {
public:
    CoreWatch(Machine& machine, Clock& clock, std::function<void(int before, int now)> on_change);

    /// Until cancelled.
    Awaitable<void> run();

private:
    Machine& machine_;
    Clock& clock_;
    std::function<void(int, int)> on_change_;
    int cores_;
};

} // namespace av1encd
