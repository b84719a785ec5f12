#pragma once
// The line of /proc/<pid>/stat, as proc(5) describes it.

#include "daemon/core/own_processes.hpp"

#include <optional>
#include <string_view>

namespace av1encd {

struct ProcessStat {
    SeenProcess process;
    Nanoseconds ended_children{}; ///< CPU time of those that it waited for, and of theirs
    bool of_the_kernel = false;   ///< a kernel thread
};

/// nullopt for a line that is cut short.
std::optional<ProcessStat> parse_process_stat(std::string_view line);

} // namespace av1encd
