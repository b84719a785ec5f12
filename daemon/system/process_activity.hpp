#pragma once
// Whether a process group does anything, from /proc/<pid>/task/*/stat of its members.

#include <cstdint>
#include <sys/types.h>

namespace av1encd {

struct ProcessActivity {
    std::uint64_t cpu_ticks = 0; ///< used so far by all threads that still live
    bool busy = false;           ///< a thread runs, is ready to run, or waits for a disk
    bool operator==(const ProcessActivity&) const = default;
};

/// Of a group that is gone: nothing used, not busy.
ProcessActivity activity_of_group(pid_t group);

} // namespace av1encd
