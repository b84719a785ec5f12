#pragma once
// One client of the control socket, from its first message to its last. Calls are answered one
// after the other, so a client that does not read is not listened to either.

#include "common/protocol.hpp"
#include "daemon/control/commands.hpp"
#include "daemon/control/control_limits.hpp"
#include "daemon/control/peer.hpp"
#include "daemon/control/steering.hpp"

#include <boost/asio/local/stream_protocol.hpp>

#include <array>
#include <optional>
#include <string>

namespace av1encd {

class EventQueue;

class ControlSession {
public:
    using Socket = boost::asio::local::stream_protocol::socket;

    ControlSession(Socket socket, Peer peer, Steering& steering, const ControlLimits& limits);

    /// Until the client goes or is too slow. Throws only where the coroutine is cancelled.
    Awaitable<void> run();

private:
    enum class Then { go_on, close };

    Awaitable<std::optional<Message>> next_message();
    Awaitable<Message> end_of_long_message();
    Awaitable<void> skip_to_end(Message& message);
    Awaitable<bool> receive();

    Awaitable<Then> answer(Message message);
    Awaitable<Then> send(Reply reply, MessageEnd end);
    /// False where the connection is broken.
    Awaitable<bool> write(const std::string& text);
    Awaitable<void> follow(Follow what, MessageEnd end);
    Awaitable<void> send_events(EventQueue& queue);
    Awaitable<void> until_gone();
    Awaitable<void> until_too_slow(EventQueue& queue);
    Awaitable<void> patience();

    Socket socket_;
    Peer peer_;
    Steering& steering_;
    ControlLimits limits_;
    MessageReader reader_;
    std::array<char, 16384> received_{};
};

} // namespace av1encd
