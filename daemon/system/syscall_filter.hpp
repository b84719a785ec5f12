#pragma once
// The system calls that no ffmpeg needs, as a seccomp filter: each of them fails with EPERM in the
// process that took it on, and in all that it starts. Made once, before any fork; a process takes
// it on for good.

#include <linux/filter.h>
#include <optional>
#include <string>
#include <vector>

namespace av1encd {

class SyscallFilter {
public:
    /// Throws Error where libseccomp cannot make it. Without filters in this kernel it is empty.
    SyscallFilter();

    /// Why this kernel has no filters; nullopt: it has.
    const std::optional<std::string>& why_missing() const { return why_missing_; }

    /// By the calling thread, which must have no_new_privs. Async-signal-safe. 0, or an errno.
    int take_on() const;

private:
    std::vector<sock_filter> program_;
    std::optional<std::string> why_missing_;
};

} // namespace av1encd
