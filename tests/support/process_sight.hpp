#pragma once
// What /proc tells of the processes that a test brought into being.

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace av1encd {

struct SeenProcess {
    pid_t pid = 0;
    std::string name;
    char state = '?'; ///< R, S, D, T (stopped) …
    pid_t group = 0;
    std::uint64_t cpu_ticks = 0; ///< user and system
};

/// Those that have `variable` (NAME=value) in their environment, which children inherit. Zombies
/// are left out.
std::vector<SeenProcess> processes_with(const std::string& variable);

} // namespace av1encd
