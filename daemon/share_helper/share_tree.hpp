#pragma once
// The tree of the share and of the output, held by descriptors of their roots: whatever their paths
// lead to later, nothing here reaches anything but the tree that was opened.

#include "common/share_protocol.hpp"
#include "common/unique_fd.hpp"
#include "daemon/share_helper/mount_points.hpp"
#include "daemon/share_helper/safe_rename.hpp"
#include "daemon/share_helper/spot.hpp"

#include <string>

namespace av1encd {

/// What tests replace.
struct TreeSurroundings {
    MountTables mount_tables;
    FileSystemSupport support;
};

class ShareTree {
public:
    /// Makes the marker and all folders of a tree never seen before, and this machine's folders in
    /// any. Throws TreeUnavailable with what to do, CallFailed.
    ShareTree(OpenTree wanted, TreeSurroundings surroundings);

    TreeOpened markers() const { return {wanted_.root_marker, wanted_.output_marker}; }
    const std::string& machine() const { return wanted_.machine; }
    FileSystemSupport support() const { return surroundings_.support; }

    /// That root and output are still what their paths lead to and carry their markers. Throws
    /// TreeUnavailable, CallFailed.
    void check() const;

    UniqueFd open_place(TreePlace place) const;
    /// The whole path, for messages.
    std::string path_of(TreePlace place) const;
    Spot find(const TreePath& file) const;
    /// Folders on the way are made.
    Spot make(const TreePath& file) const;

    int root() const { return root_.get(); }
    int output() const { return output_.get(); }
    const std::string& root_path() const { return wanted_.root; }
    const std::string& output_path() const { return wanted_.output; }

private:
    UniqueFd open_root() const;
    UniqueFd open_output() const;
    UniqueFd find_output() const;
    std::string settle_marker(int folder, const std::string& path, const std::string& known) const;
    void require_mounts(const std::string& path) const;
    void make_folders(bool all) const;
    std::string beneath_root(TreePlace place) const;

    OpenTree wanted_; ///< with the markers that were found
    TreeSurroundings surroundings_;
    UniqueFd root_;
    UniqueFd output_;
};

} // namespace av1encd
