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

// Most messages are far below it; what is above is not to wait in memory for a client's good time.
constexpr std::size_t large = std::size_t{64} << 10;

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
                               const ControlLimits& limits, CostsOfClients& all)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      steering_(steering),
      limits_(limits),
      all_(all),
      reader_(largest_request_bytes) {}

Awaitable<void> ControlSession::run() {
    for (auto then = Then::go_on; then == Then::go_on;) {
        auto message = co_await next_message();
        if (!message)
            co_return;
        then = co_await answer(std::move(*message));
        charge(1, 0);
        co_await keep_pace();
    }
}

Awaitable<std::optional<Message>> ControlSession::next_message() {
    for (;;) {
        if (auto message = reader_.next())
            co_return message;
        if (reader_.overflowing())
            co_return co_await end_of_long_message();
        if (reader_.unfinished_bytes() > large)
            co_return co_await rest_of_large_message();
        if (!co_await receive())
            co_return std::nullopt;
    }
}

Awaitable<std::optional<Message>> ControlSession::rest_of_large_message() {
    std::optional<Message> message;
    co_await (read_to_end(message) || patience());
    if (!message && reader_.overflowing())
        co_return co_await end_of_long_message();
    co_return message;
}

// How the message ends says how to end the reply, so it is waited for, but not for ever.
Awaitable<Message> ControlSession::end_of_long_message() {
    std::optional<Message> message;
    co_await (read_to_end(message) || patience());
    co_return message.value_or(Message{.too_long = true});
}

/// Or to where it turns out to be too long.
Awaitable<void> ControlSession::read_to_end(std::optional<Message>& message) {
    const bool too_long = reader_.overflowing();
    for (bool more = true; more && !message;) {
        more = co_await receive();
        message = reader_.next();
        if (!message && reader_.overflowing() != too_long)
            co_return;
    }
}

/// False at the end of what the client sends.
Awaitable<bool> ControlSession::receive() {
    co_await keep_pace();
    const auto [over, bytes] = co_await socket_.async_read_some(asio::buffer(received_), as_result);
    reader_.add({received_.data(), bytes});
    charge(0, bytes);
    co_return !over;
}

Awaitable<void> ControlSession::keep_pace() {
    if (next_ <= ClientPace::Ticks::clock::now())
        co_return;
    asio::steady_timer timer(socket_.get_executor(), next_);
    co_await timer.async_wait(asio::use_awaitable);
}

void ControlSession::charge(std::size_t calls, std::size_t bytes) {
    all_.pace.charge(ClientPace::Ticks::clock::now(), calls, bytes);
    next_ = all_.pace.next();
}

Awaitable<ControlSession::Then> ControlSession::answer(Message message) {
    if (message.too_long) {
        const auto then = co_await send(too_long(), message.end);
        co_return reader_.overflowing() ? Then::close : then;
    }
    auto decoded = decode(message.text);
    message.text = {}; // not to be held while a client does not read
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
    const auto text = to_be_sent(reply, end);
    reply = {};
    const Counted unread(all_.unread_bytes, text.size() > large ? text.size() : 0);
    const auto sent = co_await (write(text) || patience());
    charge(0, text.size());
    const bool written = sent.index() == 0 && std::get<0>(sent);
    co_return written ? Then::go_on : Then::close;
}

// One large reply is always possible, however large.
std::string ControlSession::to_be_sent(const Reply& reply, MessageEnd end) const {
    auto text = framed(encode_reply(reply), end);
    if (text.size() <= large || all_.unread_bytes == 0 ||
        all_.unread_bytes + text.size() <= limits_.unread_bytes)
        return text;
    return framed(encode_reply(error_reply(error_name::refused,
                                           "too many large replies wait for clients that do not "
                                           "read them; try again in a while")),
                  end);
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
    while (!over) {
        co_await keep_pace();
        std::size_t bytes = 0;
        std::tie(over, bytes) =
            co_await socket_.async_read_some(asio::buffer(received_), as_result);
        charge(1, bytes);
    }
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
