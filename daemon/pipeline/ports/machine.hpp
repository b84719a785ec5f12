#pragma once
// The door to facts about this machine.

#include <cstdint>
#include <string>

namespace av1encd {

class Machine {
public:
    virtual ~Machine() = default;
    virtual std::string name() const = 0; ///< machine_id, resolved
    virtual int cores() const = 0;        ///< that this process may use now
    virtual std::uint64_t available_memory_bytes() const = 0;
    virtual std::uint64_t memory_bytes() const = 0; ///< with swap, used or not; 0: not known
};

} // namespace av1encd
