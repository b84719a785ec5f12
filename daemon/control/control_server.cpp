#include "daemon/control/control_server.hpp"

#include "daemon/control/control_session.hpp"

#include <boost/asio.hpp>
#include <fmt/format.h>

namespace av1encd {

namespace asio = boost::asio;

namespace {

// Nothing tells when descriptors or memory are to be had again.
constexpr auto pause_after_failed_accept = std::chrono::milliseconds(200);

Awaitable<void> wait_until(ClientPace::Ticks when) {
    asio::steady_timer timer(co_await asio::this_coro::executor, when);
    co_await timer.async_wait(asio::use_awaitable);
}

// A new connection has room for it, so this never waits.
void turn_away(ControlSession::Socket& socket, std::string_view reason) {
    const auto text =
        framed(encode_reply(error_reply(error_name::refused, reason)), MessageEnd::nul);
    boost::system::error_code client_is_gone;
    socket.non_blocking(true, client_is_gone);
    socket.write_some(asio::buffer(text), client_is_gone);
}

} // namespace

ControlServer::ControlServer(const asio::any_io_executor& executor, const ControlAddress& address,
                             Steering& steering, ControlLimits limits)
    : steering_(steering),
      limits_(limits),
      socket_(executor, address),
      sessions_(executor) {
    sessions_.start(take_clients());
}

Awaitable<void> ControlServer::stop() {
    sessions_.cancel();
    co_await sessions_.wait();
}

Awaitable<void> ControlServer::take_clients() {
    for (;;) {
        auto [error, client] =
            co_await socket_.acceptor().async_accept(asio::as_tuple(asio::use_awaitable));
        if (error == asio::error::operation_aborted)
            co_return;
        const auto now = ClientPace::Ticks::clock::now();
        pace_.charge(now, 1, 0);
        if (!error)
            welcome(std::move(client));
        const auto next = error ? now + pause_after_failed_accept : pace_.next();
        if (next > now)
            co_await wait_until(next);
    }
}

void ControlServer::welcome(Socket client) {
    if (clients_ < limits_.clients) {
        ++clients_;
        sessions_.start(serve(std::move(client)));
    } else {
        turn_away(client, fmt::format("{} clients are connected already", limits_.clients));
    }
}

Awaitable<void> ControlServer::serve(Socket client) {
    try {
        auto peer = judge_peer(peer_credentials(client.native_handle()), socket_.group());
        ControlSession session(std::move(client), std::move(peer), steering_, limits_, costs_);
        co_await session.run();
    } catch (const std::exception&) {
        // The server stops, or there is no memory for this client: the others are not to notice.
    }
    --clients_;
}

} // namespace av1encd
