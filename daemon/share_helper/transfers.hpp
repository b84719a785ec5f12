#pragma once
// Copies between the share and files of work_dir that came as descriptors.

#include "common/share_protocol.hpp"
#include "daemon/share_helper/file_copy.hpp"
#include "daemon/share_helper/share_tree.hpp"

namespace av1encd {

/// Into `target`, which ends flushed. A source that cannot be read to its end is tried once more
/// from its beginning: a descriptor opened before a reconnect stays dead. Throws LocalFileFailed,
/// TreeUnavailable, CallFailed.
FileCopied fetch_file(const ShareTree& tree, const FetchFile& request, int target,
                      const CopyProgress& progress);

/// Under its final name only once what lies on the share has been read back and is the same. Never
/// replaces: `exists`, or `copied` where the same bytes are there already. Throws likewise.
FileCopied publish_file(const ShareTree& tree, const PublishFile& request, int file,
                        const CopyProgress& progress);

} // namespace av1encd
