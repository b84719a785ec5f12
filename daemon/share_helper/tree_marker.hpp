#pragma once
// `.av1encd-share` at the root of a tree: an id on one line, by which a ledger knows the tree
// again.

#include "daemon/share_helper/safe_rename.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace av1encd {

inline constexpr std::string_view marker_name = ".av1encd-share";

/// nullopt: there is none. Throws TreeUnavailable where it holds no id, CallFailed.
std::optional<std::string> read_marker(int folder, std::string_view path);

/// The id of the new marker, or of the one that another machine made at the same time.
std::string make_marker(int folder, std::string_view path, std::string_view machine,
                        FileSystemSupport support);

} // namespace av1encd
