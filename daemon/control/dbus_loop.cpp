#include "daemon/control/dbus_loop.hpp"

#include "common/unique_fd.hpp"
#include "daemon/control/dbus_compat.hpp"
#include "daemon/control/dbus_text.hpp"

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace av1encd {

namespace asio = boost::asio;
using asio::experimental::awaitable_operators::operator||;
using namespace std::chrono_literals;
using Descriptor = asio::posix::stream_descriptor;

namespace {

constexpr std::chrono::milliseconds first_pause = 500ms;
constexpr std::chrono::milliseconds longest_pause_between_visits = 30s;
constexpr std::chrono::seconds patience_with_the_bus{10};
// A client that calls without end is not to keep the loop from everything else.
constexpr int messages_at_once = 16;

// Answers of RequestName, from the D-Bus specification.
constexpr unsigned primary_owner = 1;
constexpr unsigned already_owner = 4;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

Error bus_error(int negative_errno, std::string_view what) {
    return system_error(-negative_errno, what);
}

struct CloseBus {
    void operator()(sd_bus* bus) const { ::sd_bus_close_unref(bus); }
};

/// A descriptor of our own for the bus's socket: Asio closes what it waits on.
Descriptor watched(const asio::any_io_executor& executor, int descriptor) {
    UniqueFd copy(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
    if (!copy)
        throw system_error(errno, "cannot watch the system bus");
    return {executor, copy.release()};
}

Awaitable<void> ready(Descriptor& socket, Descriptor::wait_type what) {
    co_await socket.async_wait(what, as_result);
}

Awaitable<void> expiry(asio::steady_timer& timer) {
    co_await timer.async_wait(as_result);
}

dbus::Wish wish_of(sd_bus* bus, Ticks now, Ticks end) {
    const int events = ::sd_bus_get_events(bus);
    if (events < 0)
        throw bus_error(events, "cannot connect to the system bus");
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(end - now);
    return {::sd_bus_get_fd(bus), static_cast<short>(events), std::max(left, 0us)};
}

/// The bus is there, but not for us.
class NameRefused : public Error {
public:
    using Error::Error;
};

} // namespace

/// Whatever ends a visit, its objects go before its connection.
class DbusLoop::Visit {
public:
    explicit Visit(DbusLoop& loop) : loop_(loop) {}
    ~Visit() { loop_.disconnect(); }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

private:
    DbusLoop& loop_;
};

DbusLoop::DbusLoop(asio::any_io_executor executor, Clock& clock, Events& events, BusUser& user)
    : executor_(std::move(executor)),
      clock_(clock),
      events_(events),
      user_(user),
      woken_(executor_) {}

DbusLoop::~DbusLoop() = default;

Awaitable<void> DbusLoop::run() {
    auto pause = first_pause;
    for (;;) {
        named_ = false;
        try {
            co_await visit();
        } catch (const NameRefused& error) {
            say_refused(error.what());
        } catch (const sdbus::Error& error) {
            say_lost(error.getMessage());
        } catch (const Error& error) {
            say_lost(whole_reason(error));
        }
        if (named_)
            pause = first_pause;
        co_await clock_.wait_until(clock_.now() + pause);
        pause = std::min(2 * pause, longest_pause_between_visits);
    }
}

Awaitable<void> DbusLoop::visit() {
    co_await until_the_bus_answers();
    const Visit visit(*this);
    connection_ = sdbus::createSystemBusConnection();
    user_.come(*connection_);
    ask_for_the_name();
    co_await converse();
}

// sdbus-c++ connects by a call that blocks until the bus has answered, and a bus that hangs never
// does: so a connection without it goes first.
Awaitable<void> DbusLoop::until_the_bus_answers() {
    sd_bus* opened = nullptr;
    if (const int result = ::sd_bus_open_system(&opened); result < 0)
        throw bus_error(result, "cannot connect to the system bus");
    const std::unique_ptr<sd_bus, CloseBus> bus(opened);
    auto socket = watched(executor_, ::sd_bus_get_fd(bus.get()));
    const auto end = clock_.now() + patience_with_the_bus;
    while (::sd_bus_is_ready(bus.get()) <= 0) {
        const int result = ::sd_bus_process(bus.get(), nullptr);
        if (result < 0)
            throw bus_error(result, "cannot connect to the system bus");
        if (clock_.now() >= end)
            throw Error("the system bus does not answer");
        if (result == 0)
            co_await wait(socket, wish_of(bus.get(), clock_.now(), end));
    }
}

Awaitable<void> DbusLoop::converse() {
    auto socket = watched(executor_, dbus::wish(*connection_).descriptor);
    for (;;) {
        for (int count = 0; count < messages_at_once; ++count)
            if (!dbus::process(*connection_))
                break;
        if (!refusal_.empty())
            throw NameRefused(std::exchange(refusal_, {}));
        co_await wait(socket, dbus::wish(*connection_));
    }
}

Awaitable<void> DbusLoop::wait(Descriptor& socket, dbus::Wish wish) {
    asio::steady_timer timer(executor_, Ticks::max());
    if (wish.at_most)
        timer.expires_after(*wish.at_most);
    if ((wish.events & POLLOUT) != 0)
        co_await (ready(socket, Descriptor::wait_read) || ready(socket, Descriptor::wait_write) ||
                  expiry(timer) || woken_.wait_quietly());
    else
        co_await (ready(socket, Descriptor::wait_read) || expiry(timer) || woken_.wait_quietly());
}

// Not in the queue for it: where another one has the name, the next visit asks again.
void DbusLoop::ask_for_the_name() {
    constexpr unsigned do_not_queue = 4;
    bus_ = dbus::proxy(*connection_, "org.freedesktop.DBus", "/org/freedesktop/DBus");
    bus_->callMethodAsync("RequestName")
        .onInterface("org.freedesktop.DBus")
        .withArguments(std::string(dbus_name), do_not_queue)
        .uponReplyInvoke([this](dbus::ReplyError error, unsigned answer) {
            if (error)
                refusal_ = fmt::format("the name {} is refused: {}", dbus_name,
                                       dbus_text(error->getMessage()));
            else
                name_answered(answer);
        });
}

void DbusLoop::name_answered(unsigned answer) {
    if (answer == primary_owner || answer == already_owner)
        return name_acquired();
    refusal_ = fmt::format("another program has the name {}; it is asked for again", dbus_name);
}

void DbusLoop::name_acquired() {
    named_ = true;
    if (!said_.empty())
        say(Severity::notice, fmt::format("serves {} on the system bus", dbus_name));
    said_.clear();
    was_named_ = true;
}

void DbusLoop::wake() {
    woken_.notify_all();
}

bool DbusLoop::is_behind() const {
    try {
        return connection_ && (dbus::wish(*connection_).events & POLLOUT) != 0;
    } catch (const sdbus::Error&) {
        return true;
    }
}

void DbusLoop::disconnect() noexcept {
    user_.leave();
    bus_.reset();
    if (!connection_)
        return;
    try {
        // Closing sends what waits to be sent, and would wait for a bus that hangs for ever.
        const auto wish = dbus::wish(*connection_);
        if ((wish.events & POLLOUT) != 0)
            ::shutdown(wish.descriptor, SHUT_RDWR);
    } catch (const sdbus::Error&) {
        // A connection that is closed already.
    }
    connection_.reset();
}

void DbusLoop::say_refused(const std::string& reason) {
    if (said_ == reason)
        return;
    said_ = reason;
    say(Severity::warning, "not on the system bus: " + reason);
}

void DbusLoop::say_lost(const std::string& reason) {
    if (!said_.empty())
        return;
    said_ = reason;
    // A machine without a bus is nothing to talk about.
    const auto severity = was_named_ ? Severity::notice : Severity::debug;
    say(severity, "no system bus: " + dbus_text(reason));
}

void DbusLoop::say(Severity severity, std::string message) {
    Event event;
    event.severity = severity;
    event.message = std::move(message);
    events_.publish(event);
}

} // namespace av1encd
