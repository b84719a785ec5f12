#pragma once
// The control socket's server: takes clients in, each in a session of its own, and turns away those
// that are too many. What one client does is never noticed by another.

#include "daemon/control/client_pace.hpp"
#include "daemon/control/control_limits.hpp"
#include "daemon/control/control_socket.hpp"
#include "daemon/control/steering.hpp"
#include "daemon/pipeline/coroutine_scope.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <cstddef>

namespace av1encd {

class ControlServer {
public:
    /// Serves from the loop's next turn on. `steering` outlives it. Throws Error where the address
    /// cannot be listened on.
    ControlServer(const boost::asio::any_io_executor& executor, const ControlAddress& address,
                  Steering& steering, ControlLimits limits = {});
    /// stop() comes first.
    ~ControlServer() = default;

    /// Ends every session and takes no more; returns when none is left.
    Awaitable<void> stop();

private:
    using Socket = boost::asio::local::stream_protocol::socket;

    Awaitable<void> take_clients();
    void welcome(Socket socket);
    Awaitable<void> serve(Socket socket);

    Steering& steering_;
    ControlLimits limits_;
    ControlSocket socket_;
    std::size_t clients_ = 0;
    CostsOfClients costs_;
    ClientPace pace_; ///< of connections
    CoroutineScope sessions_;
};

} // namespace av1encd
