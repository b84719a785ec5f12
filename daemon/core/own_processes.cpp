#include "daemon/core/own_processes.hpp"

#include <algorithm>
#include <unordered_set>

namespace av1encd {

namespace {

pid_t group_of(pid_t pid, const std::vector<SeenProcess>& all) {
    const auto found = std::find_if(all.begin(), all.end(), [pid](const SeenProcess& process) {
        return process.use.pid == pid;
    });
    return found == all.end() ? 0 : found->group;
}

} // namespace

std::vector<bool> OwnProcesses::own_among(const std::vector<SeenProcess>& all) const {
    const pid_t group_of_daemon = group_of(daemon_, all);
    std::vector<bool> own(all.size());
    std::unordered_set<pid_t> pids = {daemon_};
    std::unordered_set<pid_t> groups;
    // Until a whole round finds none: a child may have a lower number than its parent.
    for (bool found = true; found;) {
        found = false;
        for (std::size_t at = 0; at < all.size(); ++at) {
            const auto& process = all[at];
            if (own[at] || !(process.use.pid == daemon_ || pids.contains(process.parent) ||
                             groups.contains(process.group) ||
                             known_.contains({process.use.pid, process.use.start})))
                continue;
            own[at] = true;
            found = true;
            pids.insert(process.use.pid);
            if (process.group != group_of_daemon)
                groups.insert(process.group);
        }
    }
    return own;
}

std::vector<ProcessUse> OwnProcesses::without_own(std::vector<SeenProcess> all) {
    const auto own = own_among(all);
    known_.clear();
    std::vector<ProcessUse> others;
    others.reserve(all.size());
    for (std::size_t at = 0; at < all.size(); ++at) {
        if (own[at])
            known_.insert({all[at].use.pid, all[at].use.start});
        else
            others.push_back(std::move(all[at].use));
    }
    return others;
}

} // namespace av1encd
