#pragma once
// The connection to the system bus, served by the daemon's one loop: opened, named, and opened anew
// whenever it was lost. Without a bus nothing happens but a quiet look from time to time.

#include "daemon/control/steering.hpp"
#include "daemon/pipeline/notifier.hpp"
#include "daemon/pipeline/ports/clock.hpp"
#include "daemon/pipeline/ports/events.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <string>
#include <sys/types.h>

namespace sdbus {
class IConnection;
class IProxy;
} // namespace sdbus

namespace av1encd {

namespace dbus {
struct Wish;
}

inline constexpr const char* dbus_name = "org.av1encd";

/// Who has objects on the bus.
class BusUser {
public:
    virtual ~BusUser() = default;
    /// Puts its objects there, before the name is asked for.
    virtual void come(sdbus::IConnection& connection) = 0;
    /// Drops everything that belongs to the connection, which ends then.
    virtual void leave() noexcept = 0;
};

class DbusLoop {
public:
    /// `user` outlives it.
    DbusLoop(boost::asio::any_io_executor executor, Clock& clock, Events& events, BusUser& user);
    ~DbusLoop();
    DbusLoop(const DbusLoop&) = delete;
    DbusLoop& operator=(const DbusLoop&) = delete;

    /// Until it is cancelled; the name is released and the connection closed then.
    Awaitable<void> run();
    /// Something was sent, or called, outside of a call from the bus.
    void wake();
    /// The bus has not taken yet what was sent: what can wait is not sent now, as the messages that
    /// wait cost memory.
    bool is_behind() const;

private:
    class Visit;

    /// Ends by an exception only.
    Awaitable<void> visit();
    Awaitable<void> until_the_bus_answers();
    Awaitable<void> converse();
    Awaitable<void> wait(boost::asio::posix::stream_descriptor& socket, dbus::Wish wish);
    void ask_for_the_name();
    void name_answered(unsigned answer);
    void name_acquired();
    void disconnect() noexcept;
    void say_refused(const std::string& reason);
    void say_lost(const std::string& reason);
    void say(Severity severity, std::string message);

    boost::asio::any_io_executor executor_;
    Clock& clock_;
    Events& events_;
    BusUser& user_;
    Notifier woken_;
    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<sdbus::IProxy> bus_; ///< the bus itself
    bool named_ = false;                 ///< the name is ours
    bool was_named_ = false;             ///< it was since the start
    std::string refusal_;                ///< why the name cannot be had
    std::string said_;                   ///< the complaint since the name was ours
};

} // namespace av1encd
