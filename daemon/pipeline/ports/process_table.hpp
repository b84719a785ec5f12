#pragma once
// The door to what the processes of this machine do.

#include "daemon/core/cpu_pressure.hpp"

#include <optional>
#include <string>
#include <vector>

namespace av1encd {

class ProcessTable {
public:
    virtual ~ProcessTable() = default;

    /// A few small files. nullopt where the kernel does not say at the moment.
    virtual std::optional<MachineUse> machine() = 0;
    /// All processes but av1encd's own and the kernel's: a file each. Those that vanish meanwhile
    /// are left out.
    virtual std::vector<ProcessUse> others() = 0;
    /// Which processes cannot be seen from here, as the end of "it does not see …"; nullopt: none.
    virtual std::optional<std::string> blind_spot() = 0;
};

} // namespace av1encd
