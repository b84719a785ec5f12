#pragma once
// The events that wait for one client that follows them: bounded, so that a client that does not
// read costs no memory.

#include "common/protocol.hpp"
#include "common/status.hpp"
#include "daemon/control/steering.hpp"
#include "daemon/pipeline/notifier.hpp"

#include <string>

namespace av1encd {

/// Used from the loop's thread only.
class EventQueue {
public:
    EventQueue(const boost::asio::any_io_executor& executor, std::size_t most_bytes,
               MessageEnd end);

    /// What does not fit is dropped, with all that follows: an error is the last message then.
    void add(const EventStatus& event);
    /// Waits for messages and hands out all that there are; empty: the error was handed out.
    Awaitable<std::string> take();
    /// Until something did not fit.
    Awaitable<void> overflow();

private:
    std::size_t most_bytes_;
    MessageEnd end_;
    std::string messages_;
    bool overflowed_ = false;
    Notifier changed_;
};

} // namespace av1encd
