#pragma once
// What one child is kept from: all files but those of its task and what programs need of the
// system, the network and every system call that no ffmpeg makes (SyscallFilter), all capabilities,
// new privileges, and more memory than its task may take.
//
// Made before the fork, taken on in the child before its exec. Whoever makes it owns it until the
// child has begun; the filter outlives it.

#include "daemon/pipeline/ports/processes.hpp"
#include "daemon/system/file_rules.hpp"
#include "daemon/system/syscall_filter.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace av1encd {

struct ConfinementWishes {
    const SyscallFilter* calls = nullptr;
    Reach reach;
    std::vector<std::filesystem::path> own_places; ///< of whoever made the program: all access
    std::optional<std::uint64_t> memory_bytes;     ///< nullopt: as the daemon itself
};

class Confinement {
public:
    /// Makes the files of `reach.writable` that are missing. Throws Error where that fails, or
    /// where the kernel refuses.
    Confinement(const std::filesystem::path& executable, ConfinementWishes wishes);

    /// Between fork and exec: calls only what is async-signal-safe. 0, or an errno.
    int take_on() const;

private:
    void give_up_capabilities() const;
    bool reaches_its_files() const;

    std::filesystem::path executable_;
    ConfinementWishes wishes_;
    FileRules files_;
};

} // namespace av1encd
