#pragma once
// The processes of a group and their threads, from /proc.

#include <filesystem>
#include <functional>
#include <sys/types.h>

namespace av1encd {

/// Calls `take` with /proc/<pid> of every process of the group. Each may be gone by then.
void for_each_process(pid_t group, const std::function<void(const std::filesystem::path&)>& take);

/// Calls `take` with /proc/<pid>/task/<tid> of every thread of the group's processes. Each may be
/// gone by then.
void for_each_thread(pid_t group, const std::function<void(const std::filesystem::path&)>& take);

/// The number that a path in /proc ends with; 0: none.
pid_t number_of(const std::filesystem::path& entry);

} // namespace av1encd
