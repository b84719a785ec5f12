#pragma once
// The share helper's side of the talk: requests are taken from the socket and answered one after
// the other until the daemon closes it.

#include "daemon/share_helper/share_tree.hpp"

namespace av1encd {

/// Returns at the end of the socket. Throws ShareProtocolError, Error where the socket fails.
void serve_share(int socket, const TreeSurroundings& surroundings);

} // namespace av1encd
