#pragma once
// One client of the control socket, from its first message to its last. Calls are answered one
// after the other, so a client that does not read is not listened to either.

#include "common/protocol.hpp"
#include "daemon/control/client_pace.hpp"
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

    /// `all` is shared by the sessions.
    ControlSession(Socket socket, Peer peer, Steering& steering, const ControlLimits& limits,
                   CostsOfClients& all);

    /// Until the client goes or is too slow. Throws only where the coroutine is cancelled.
    Awaitable<void> run();

private:
    enum class Then { go_on, close };

    Awaitable<std::optional<Message>> next_message();
    Awaitable<std::optional<Message>> rest_of_large_message();
    Awaitable<Message> end_of_long_message();
    Awaitable<void> read_to_end(std::optional<Message>& message);
    Awaitable<bool> receive();
    Awaitable<void> keep_pace();
    void charge(std::size_t calls, std::size_t bytes);

    Awaitable<Then> answer(Message message);
    Awaitable<Then> send(Reply reply, MessageEnd end);
    std::string to_be_sent(const Reply& reply, MessageEnd end) const;
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
    CostsOfClients& all_;
    ClientPace::Ticks next_{}; ///< not to be listened to before
    MessageReader reader_;
    std::array<char, 16384> received_{};
};

} // namespace av1encd
