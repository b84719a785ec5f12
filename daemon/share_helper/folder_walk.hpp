#pragma once
// Everything below a folder, by names and types alone, with one folder open at a time however deep
// the tree is. Symbolic links are never followed, and what vanishes or is replaced meanwhile is
// passed over.

#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace av1encd {

struct WalkEntry {
    std::string_view folder; ///< relative to the root of the walk; empty: that root
    std::string_view name;
    mode_t type = 0; ///< S_IFREG, S_IFDIR …
    std::string path() const;
};

enum class Descend { no, yes };

struct WalkSteps {
    /// For a folder: whether to walk it too; else the result does not count.
    std::function<Descend(const WalkEntry&)> on_entry;
    /// Before an opened folder's names are read.
    std::function<void(int folder)> on_folder = [](int) {};
    /// A folder that could not be read, and why.
    std::function<void(const std::string& path, int errno_value)> on_unreadable =
        [](const std::string&, int) {};
};

/// Throws CallFailed where `root` itself cannot be read, and for failures that are not one
/// folder's.
void walk_folder(int root, std::string_view root_path, const WalkSteps& steps);

} // namespace av1encd
