#pragma once
// The methods of the control socket: one table of names, who may call them, and what they do.

#include "common/protocol.hpp"
#include "daemon/control/peer.hpp"
#include "daemon/control/steering.hpp"

#include <string>
#include <variant>

namespace av1encd {

/// The call is answered by every event from now on.
struct Follow {
    std::string source; ///< bytes; empty: of all sources
};
using Outcome = std::variant<Reply, Follow>;

/// Does what the request asks for. Whatever goes wrong is in the reply; throws only where the
/// calling coroutine is cancelled.
Awaitable<Outcome> run_command(Steering& steering, Request request, Peer peer);

Reply error_reply(std::string_view error, std::string_view reason);

} // namespace av1encd
