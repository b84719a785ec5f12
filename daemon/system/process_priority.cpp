#include "daemon/system/process_priority.hpp"

#include "daemon/system/process_group.hpp"

#include <cerrno>
#include <cstring>
#include <sched.h>
#include <set>
#include <sys/resource.h>

namespace av1encd {

namespace {

/// The errno of a refusal; 0: done, or the thread is gone.
int set_thread_priority(pid_t thread, int nice, int policy) {
    // The niceness first: without CAP_SYS_NICE the kernel lets a thread leave SCHED_IDLE only where
    // RLIMIT_NICE allows the niceness that it has.
    const sched_param no_priority{};
    const bool done = ::setpriority(PRIO_PROCESS, static_cast<id_t>(thread), nice) == 0 &&
                      (::sched_getscheduler(thread) == policy ||
                       ::sched_setscheduler(thread, policy, &no_priority) == 0);
    return done || errno == ESRCH ? 0 : errno;
}

} // namespace

int scheduler_of(CpuPolicy policy) {
    switch (policy) {
    case CpuPolicy::other: return SCHED_OTHER;
    case CpuPolicy::batch: return SCHED_BATCH;
    case CpuPolicy::idle: return SCHED_IDLE;
    }
    return SCHED_OTHER;
}

std::optional<std::string> set_group_priority(pid_t group, int nice, CpuPolicy policy) {
    std::set<pid_t> done;
    int refusal = 0;
    // Threads inherit from the one that starts them, which may not have had its turn yet.
    for (bool found_new = true; found_new && refusal == 0;) {
        found_new = false;
        for_each_thread(group, [&](const std::filesystem::path& entry) {
            const auto thread = number_of(entry);
            if (refusal != 0 || !done.insert(thread).second)
                return;
            found_new = true;
            refusal = set_thread_priority(thread, nice, scheduler_of(policy));
        });
    }
    if (refusal == 0)
        return std::nullopt;
    return std::strerror(refusal);
}

} // namespace av1encd
