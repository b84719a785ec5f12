#pragma once
// What a process group does with the CPU, from /proc/<pid>/task/*/{stat,schedstat} of its members,
// and what they take of RLIMIT_DATA.

#include "daemon/pipeline/ports/processes.hpp"

#include <cstdint>
#include <sys/types.h>

namespace av1encd {

struct ProcessActivity {
    std::uint64_t cpu_ticks = 0; ///< used so far by all threads that still live
    bool busy = false;           ///< a thread runs, is ready to run, or waits for a disk
    bool stopped = false;        ///< a thread is stopped, by a signal or a debugger
    bool operator==(const ProcessActivity&) const = default;
};

/// Of a group that is gone: nothing used, not busy.
ProcessActivity activity_of_group(pid_t group);
/// Zero where the kernel keeps no such figures.
CpuTimes cpu_times_of_group(pid_t group);

/// What RLIMIT_DATA counts of one process; 0: it is over.
std::uint64_t data_bytes_of(pid_t process);
/// Of that process of the group that has most.
std::uint64_t data_bytes_of_group(pid_t group);

} // namespace av1encd
