#pragma once
// The CPU priority of process groups that run already.

#include "daemon/config/config.hpp"

#include <optional>
#include <string>
#include <sys/types.h>

namespace av1encd {

/// For every thread of the group, those included that are started meanwhile. The reason where the
/// system refuses it.
std::optional<std::string> set_group_priority(pid_t group, int nice, CpuPolicy policy);

/// The number by which sched_setscheduler(2) knows it.
int scheduler_of(CpuPolicy policy);

} // namespace av1encd
