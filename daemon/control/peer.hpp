#pragma once
// Who is at the other end of the control socket, as the kernel says, and what he may do.

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace av1encd {

struct Peer {
    std::string user; ///< "anna"; "uid 1234" where the user has no name
    bool may_change = false;
    std::string refusal; ///< why not, and who may; empty where it may
};

/// What the kernel knows of a connected peer.
struct PeerCredentials {
    uid_t user = 0;
    gid_t group = 0;
    std::vector<gid_t> groups; ///< supplementary
};

/// Of a connected local stream socket, as they were when it connected. Throws Error.
PeerCredentials peer_credentials(int socket);

/// Changing is for root, for the user that this process runs as, and for members of `group`, by the
/// peer's process or by the system's list of groups; nullopt: the socket has no group.
Peer judge_peer(const PeerCredentials& credentials, std::optional<gid_t> group);

} // namespace av1encd
