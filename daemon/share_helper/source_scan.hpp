#pragma once
// Walks over the places of the tree that tell of what they find as they go, in messages of limited
// size.

#include "common/share_protocol.hpp"
#include "daemon/share_helper/folder_watch.hpp"
#include "daemon/share_helper/share_tree.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace av1encd {

using Tell = std::function<void(const ShareAnswer&)>;

/// Whether a name is that of a source: one of the extensions, any case, not hidden, not a part.
bool is_source_name(std::string_view name, const std::vector<std::string>& extensions);

/// All sources below to_assign, and what has a source's name and is none. Hidden folders are passed
/// over. Every folder is added to the watch before it is read, so that no change falls in between.
Finished scan_sources(const ShareTree& tree, const ScanSources& request, FolderWatch& watch,
                      const Tell& tell);

/// Regular files below a place, but hidden ones and parts.
Finished list_files(const ShareTree& tree, const ListFiles& request, const Tell& tell);

/// Removes the parts of this machine and the empty placeholders named.
Finished tidy_tree(const ShareTree& tree, const TidyTree& request, const Tell& tell);

} // namespace av1encd
