#include "daemon/control/event_queue.hpp"

#include "daemon/control/commands.hpp"

#include <utility>

namespace av1encd {

EventQueue::EventQueue(const boost::asio::any_io_executor& executor, std::size_t most_bytes,
                       MessageEnd end)
    : most_bytes_(most_bytes),
      end_(end),
      changed_(executor) {}

void EventQueue::add(const EventStatus& event) {
    if (overflowed_)
        return;
    auto message = framed(encode_reply({.parameters = to_json(event), .continues = true}), end_);
    overflowed_ = messages_.size() + message.size() > most_bytes_;
    if (overflowed_)
        message =
            framed(encode_reply(error_reply(error_name::refused,
                                            "events were missed: this client reads too slowly")),
                   end_);
    messages_ += message;
    changed_.notify_all();
}

Awaitable<std::string> EventQueue::take() {
    while (messages_.empty() && !overflowed_)
        co_await changed_.wait();
    co_return std::exchange(messages_, {});
}

Awaitable<void> EventQueue::overflow() {
    while (!overflowed_)
        co_await changed_.wait();
}

} // namespace av1encd
