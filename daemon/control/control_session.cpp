#include "daemon/control/control_session.hpp"

#include "daemon/control/event_queue.hpp"

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

namespace av1encd {

namespace asio = boost::asio;
using asio::experimental::awaitable_operators::operator||;

namespace {

// In `a || b` a failure of one would only leave the other to go on: a broken connection is an end
// here, not an exception.
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

Reply too_long() {
    return error_reply(error_name::refused,
                       fmt::format("the message is longer than {} bytes", largest_request_bytes));
}

std::variant<Request, Reply> decode(std::string_view text) {
    try {
        return decode_request(text);
    } catch (const BadMessage& error) {
        return error_reply(error_name::refused, error.what());
    }
}

} // namespace

ControlSession::ControlSession(Socket socket, Peer peer, Steering& steering,
                               const ControlLimits& limits)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      steering_(steering),
      limits_(limits),
      reader_(largest_request_bytes) {}

Awaitable<void> ControlSession::run() {
    for (auto then = Then::go_on; then == Then::go_on;) {
        auto message = co_await next_message();
        if (!message)
            co_return;
        then = co_await answer(std::move(*message));
    }
}

Awaitable<std::optional<Message>> ControlSession::next_message() {
    for (;;) {
        if (auto message = reader_.next())
            co_return message;
        if (reader_.overflowing())
            co_return co_await end_of_long_message();
        if (!co_await receive())
            co_return std::nullopt;
    }
}

// How the message ends says how to end the reply, so it is waited for, but not for ever.
Awaitable<Message> ControlSession::end_of_long_message() {
    Message message{.too_long = true};
    co_await (skip_to_end(message) || patience());
    co_return message;
}

Awaitable<void> ControlSession::skip_to_end(Message& message) {
    for (bool more = true; more;) {
        more = co_await receive();
        if (const auto ended = reader_.next()) {
            message = *ended;
            co_return;
        }
    }
}

/// False at the end of what the client sends.
Awaitable<bool> ControlSession::receive() {
    const auto [over, bytes] = co_await socket_.async_read_some(asio::buffer(received_), as_result);
    reader_.add({received_.data(), bytes});
    co_return !over;
}

Awaitable<ControlSession::Then> ControlSession::answer(Message message) {
    if (message.too_long) {
        const auto then = co_await send(too_long(), message.end);
        co_return reader_.overflowing() ? Then::close : then;
    }
    auto decoded = decode(message.text);
    if (auto* complaint = std::get_if<Reply>(&decoded))
        co_return co_await send(std::move(*complaint), message.end);
    auto& request = std::get<Request>(decoded);
    const bool reply_wanted = !request.oneway;
    auto outcome = co_await run_command(steering_, std::move(request), peer_);
    if (!reply_wanted)
        co_return Then::go_on;
    if (auto* reply = std::get_if<Reply>(&outcome))
        co_return co_await send(std::move(*reply), message.end);
    co_await follow(std::get<Follow>(std::move(outcome)), message.end);
    co_return Then::close;
}

Awaitable<ControlSession::Then> ControlSession::send(Reply reply, MessageEnd end) {
    const auto text = framed(encode_reply(reply), end);
    const auto sent = co_await (write(text) || patience());
    const bool written = sent.index() == 0 && std::get<0>(sent);
    co_return written ? Then::go_on : Then::close;
}

Awaitable<bool> ControlSession::write(const std::string& text) {
    const auto [broken, bytes] = co_await asio::async_write(socket_, asio::buffer(text), as_result);
    co_return !broken;
}

Awaitable<void> ControlSession::follow(Follow what, MessageEnd end) {
    EventQueue queue(socket_.get_executor(), limits_.backlog_bytes, end);
    const auto subscription = steering_.subscribe(
        std::move(what.source), [&queue](const EventStatus& event) { queue.add(event); });
    co_await (send_events(queue) || until_gone() || until_too_slow(queue));
}

Awaitable<void> ControlSession::send_events(EventQueue& queue) {
    bool connected = true;
    while (connected) {
        const auto messages = co_await queue.take();
        if (messages.empty())
            break;
        connected = co_await write(messages);
    }
}

// A client that only shut down its sending side still reads.
Awaitable<void> ControlSession::until_gone() {
    boost::system::error_code over;
    while (!over)
        std::tie(over, std::ignore) =
            co_await socket_.async_read_some(asio::buffer(received_), as_result);
    if (over == asio::error::eof)
        co_await socket_.async_wait(Socket::wait_error, as_result);
}

Awaitable<void> ControlSession::until_too_slow(EventQueue& queue) {
    co_await queue.overflow();
    co_await patience();
}

Awaitable<void> ControlSession::patience() {
    asio::steady_timer timer(socket_.get_executor(), limits_.patience);
    co_await timer.async_wait(asio::use_awaitable);
}

} // namespace av1encd
