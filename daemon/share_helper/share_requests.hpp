#pragma once
// Answers requests about one tree: all that the share helper does but talking.

#include "common/share_protocol.hpp"
#include "common/unique_fd.hpp"
#include "daemon/share_helper/folder_watch.hpp"
#include "daemon/share_helper/share_tree.hpp"
#include "daemon/share_helper/source_scan.hpp"

#include <chrono>
#include <functional>
#include <optional>

namespace av1encd {

class ShareRequests {
public:
    /// `tell` is given the answers that come before the last.
    ShareRequests(TreeSurroundings surroundings, Tell tell);

    /// The last answer. `attached`: what came with the request. Failures are answers too.
    /// WatchSources is answered at once: waiting is the session's part, by changes_fd().
    ShareAnswer answer(const ShareRequest& request, const UniqueFd& attached);

    /// Readable once something below to_assign has changed since the last scan; nullopt: no scan
    /// has been made, so that everything is news. -1: changes are not told of.
    std::optional<int> changes_fd() const;

private:
    ShareAnswer open(const OpenTree& request);
    ShareAnswer answer_in_tree(const ShareRequest& request, const UniqueFd& attached);
    void tell_progress(std::uint64_t bytes);

    TreeSurroundings surroundings_;
    Tell tell_;
    std::optional<ShareTree> tree_;
    std::optional<FolderWatch> watch_; ///< from the first scan on
    std::chrono::steady_clock::time_point told_{};
};

} // namespace av1encd
