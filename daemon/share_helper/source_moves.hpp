#pragma once
// The renames that a source goes through. Each can be asked for again with the same result; none
// lands on a name that exists; a name that is taken becomes " (2)", " (3)" …  Throw CallFailed
// where the share as a whole is at fault.

#include "common/share_protocol.hpp"
#include "daemon/share_helper/share_tree.hpp"

namespace av1encd {

/// to_assign -> this machine's in_progress.
FileMoved claim_source(const ShareTree& tree, const ClaimSource& request);
/// this machine's in_progress -> done, failed or to_assign.
FileMoved retire_source(const ShareTree& tree, const RetireSource& request);
/// failed -> to_assign, its error text removed.
FileMoved return_failed(const ShareTree& tree, const ReturnFailed& request);
/// `<name>` -> `<name>.rejected`.
FileMoved set_aside(const ShareTree& tree, const SetAside& request);

} // namespace av1encd
