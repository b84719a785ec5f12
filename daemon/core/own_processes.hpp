#pragma once
// Which processes are av1encd's own: the daemon, its children, and what comes of them. They never
// count for the CPU watchdog.
//
// A process is its own by its parents, by the group of one that is (ffmpeg leads a group of its
// own, whose members outlive their parent), or because it was before it lost its parent. The
// daemon's own group does not tell: a shell script may have put others into it.

#include "daemon/core/cpu_pressure.hpp"

#include <set>
#include <utility>
#include <vector>

namespace av1encd {

struct SeenProcess {
    ProcessUse use;
    pid_t parent = 0;
    pid_t group = 0;
};

class OwnProcesses {
public:
    explicit OwnProcesses(pid_t daemon) : daemon_(daemon) {}

    /// What is left of all processes of the machine without its own.
    std::vector<ProcessUse> without_own(std::vector<SeenProcess> all);

private:
    using Identity = std::pair<pid_t, SinceBoot>;

    std::vector<bool> own_among(const std::vector<SeenProcess>& all) const;

    pid_t daemon_;
    std::set<Identity> known_; ///< own ones of the last look; a group's number stays theirs as
                               ///< long as one of them lives
};

} // namespace av1encd
