#pragma once
// Looks at single files of the share: whether they are there, whether this user can work with them,
// and which line mends it where not.

#include "daemon/share_helper/share_tree.hpp"

#include <optional>
#include <string>

namespace av1encd {

FileStamp stamp_of(const struct stat& status);

/// Opened for reading if it is a regular file; else `file` is none and `seen` says why.
struct OpenedFile {
    UniqueFd file;
    struct stat status {};
    FileSeen seen;
};
/// Throws CallFailed for failures that are not this file's.
OpenedFile open_source(const ShareTree& tree, const TreePath& path);

/// A source in to_assign that cannot be moved is unreadable too. Throws as open_source().
FileSeen see_file(const ShareTree& tree, const LookAtFile& request);

/// The nearest folder above `path` that this user may not change, as "this user may not change the
/// folder: chmod …"; nullopt: there is none.
std::optional<std::string> folder_to_mend(const ShareTree& tree, const TreePath& path);

/// Whether an errno speaks of the path or the rights of one file rather than of the whole share.
bool is_about_the_file(int errno_value);

} // namespace av1encd
