#pragma once
// Renames that never land on a name that exists, on file systems that know such a rename and on
// those (SSHFS) that do not.

#include "daemon/share_helper/spot.hpp"

namespace av1encd {

/// What the share's file system can do; found out by trying. Tests take some away.
struct FileSystemSupport {
    bool links = true;
    bool rename_noreplace = true;
};

/// The way where the file system has no rename without replacing. A look leaves a window of one
/// round trip: for folders that only this machine moves into, and for to_assign, where a
/// placeholder would be taken for a source. A placeholder is an empty file that takes the name
/// first; one that a crash leaves behind is removed by remove_placeholder().
enum class Fallback { look, placeholder };

enum class Renamed { done, name_taken, source_gone };

/// Judges by what lies where afterwards, not by the error: on SSHFS a reply that got lost is EIO
/// though the rename happened, and nearly all else is EPERM. Throws CallFailed.
Renamed rename_without_replacing(const Spot& from, const Spot& to, Fallback fallback,
                                 FileSystemSupport support);

/// Removes the file if it is empty.
void remove_placeholder(const Spot& spot);

} // namespace av1encd
