#include "daemon/control/dbus_calls.hpp"

#include "common/protocol.hpp"
#include "daemon/control/call_arguments.hpp"
#include "daemon/control/control_limits.hpp"
#include "daemon/control/dbus_text.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <utility>

namespace av1encd {

namespace {

namespace standard_error {
constexpr std::string_view invalid_args = "org.freedesktop.DBus.Error.InvalidArgs";
constexpr std::string_view limits_exceeded = "org.freedesktop.DBus.Error.LimitsExceeded";
} // namespace standard_error

bool is_cancellation(const boost::system::system_error& error) {
    return error.code() == boost::asio::error::operation_aborted;
}

// The one place where an exception becomes what a caller sees.
sdbus::Error error_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const InvalidArgument& error) {
        return dbus_error(standard_error::invalid_args, error.what());
    } catch (const NotFound& error) {
        return dbus_error(error_name::not_found, whole_reason(error));
    } catch (const boost::system::system_error& error) {
        if (is_cancellation(error))
            throw;
        return dbus_error(error_name::refused, whole_reason(error));
    } catch (const std::exception& error) {
        return dbus_error(error_name::refused, whole_reason(error));
    }
}

/// A caller that is gone, or a bus, is no failure here.
template <typename Send>
void send_quietly(Send send) {
    try {
        send();
    } catch (const sdbus::Error&) {
        // The connection's loop learns of it by itself.
    }
}

} // namespace

sdbus::Error dbus_error(std::string_view name, std::string_view text) {
    return dbus::error(std::string(name), dbus_text(text));
}

struct DbusCalls::Waiting {
    explicit Waiting(DbusCalls& its_owner) : owner(its_owner) {}
    virtual ~Waiting() = default;
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

    DbusCalls& owner;
};

template <typename... Results>
struct DbusCalls::WaitingFor : Waiting {
    WaitingFor(DbusCalls& its_owner, sdbus::Result<Results...>&& its_result)
        : Waiting(its_owner),
          result(std::move(its_result)) {}

    sdbus::Result<Results...> result;
};

DbusCalls::DbusCalls(sdbus::IConnection& connection, Steering& steering, CoroutineScope& scope,
                     std::function<void()> sent)
    : steering_(steering),
      scope_(scope),
      sent_(std::move(sent)),
      authority_(connection) {}

DbusCalls::~DbusCalls() = default;

template <typename... Results>
std::shared_ptr<DbusCalls::WaitingFor<Results...>>
DbusCalls::enter(sdbus::Result<Results...>&& result) {
    const ControlLimits limits;
    if (waiting_.size() >= limits.bus_calls)
        throw dbus_error(standard_error::limits_exceeded,
                         fmt::format("{} calls wait for their reply already", waiting_.size()));
    auto call = std::make_shared<WaitingFor<Results...>>(*this, std::move(result));
    waiting_.insert(call);
    return call;
}

void DbusCalls::change(const sdbus::Message& call, sdbus::Result<>&& result, Work work) {
    const auto interaction =
        dbus::allows_interaction(call) ? Interaction::allowed : Interaction::none;
    const std::weak_ptr<Change> change = enter(std::move(result));
    authority_.ask(dbus::sender(call), interaction,
                   [this, change, work = std::move(work)](const Permission& permission) {
                       permitted(change, work, permission);
                   });
}

void DbusCalls::permitted(const std::weak_ptr<Change>& change, const Work& work,
                          const Permission& permission) {
    if (permission.refusal.empty())
        return scope_.start(run(change, steering_, work, permission.caller));
    const auto call = change.lock();
    if (!call)
        return;
    waiting_.erase(call);
    send_quietly(
        [&] { call->result.returnError(dbus_error(error_name::not_allowed, permission.refusal)); });
}

void DbusCalls::list(sdbus::Result<DbusJobs>&& result, List list) {
    scope_.start(run(enter(std::move(result)), std::move(list)));
}

Awaitable<void> DbusCalls::run(std::weak_ptr<Change> change, Steering& steering, Work work,
                               Caller caller) {
    std::exception_ptr failure;
    try {
        co_await work(steering, std::move(caller));
    } catch (...) {
        failure = std::current_exception();
    }
    answer(change, failure);
}

Awaitable<void> DbusCalls::run(std::weak_ptr<Listing> listing, List list) {
    std::exception_ptr failure;
    DbusJobs jobs;
    try {
        jobs = co_await list();
    } catch (...) {
        failure = std::current_exception();
    }
    answer(listing, failure, jobs);
}

template <typename... Results>
void DbusCalls::answer(const std::weak_ptr<WaitingFor<Results...>>& call,
                       const std::exception_ptr& failure, const Results&... results) {
    const auto error = failure ? std::optional(error_of(failure)) : std::nullopt;
    const auto waiting = call.lock();
    if (!waiting)
        return;
    auto& owner = waiting->owner;
    owner.waiting_.erase(waiting);
    send_quietly([&] {
        if (error)
            waiting->result.returnError(*error);
        else
            waiting->result.returnResults(results...);
    });
    owner.sent_();
}

} // namespace av1encd
