#include "daemon/control/dbus_objects.hpp"

#include "common/protocol.hpp"
#include "common/source_text.hpp"
#include "daemon/control/control_limits.hpp"
#include "daemon/control/dbus_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace av1encd {

namespace {

// sdbus-c++ lets its own exceptions only become the caller's error.
[[noreturn]] void refuse_argument(const std::string& why) {
    throw dbus_error("org.freedesktop.DBus.Error.InvalidArgs", why);
}

std::string source_of(const std::string& text) {
    auto bytes = source_from_text(text);
    if (!bytes || bytes->empty())
        refuse_argument("source: not a name as ListJobs gives it: \\ is written \\\\, and a byte "
                        "that is not UTF-8 \\xHH");
    return std::move(*bytes);
}

std::optional<std::chrono::seconds> duration_of(std::uint64_t seconds) {
    if (seconds == 0)
        return std::nullopt;
    if (seconds > static_cast<std::uint64_t>(longest_duration.count()))
        refuse_argument(
            fmt::format("seconds: 0, until Resume, or at most {}", longest_duration.count()));
    return std::chrono::seconds(seconds);
}

} // namespace

double DbusJobView::progress() const {
    double sum = 0;
    for (const auto& [crf, fraction] : fractions)
        sum += fraction;
    return fractions.empty() ? 0 : sum / static_cast<double>(fractions.size());
}

std::string DbusJobView::path() const {
    return fmt::format("{}/job/{}", manager_path, number);
}

ManagerObject::ManagerObject(sdbus::IConnection& connection, ManagerDoor& door)
    : AdaptorInterfaces(connection, sdbus::ObjectPath(manager_path)),
      door_(door) {
    registerAdaptor();
}

ManagerObject::~ManagerObject() {
    unregisterAdaptor();
}

void ManagerObject::tell_changed(const std::vector<std::string>& properties) {
    dbus::tell_changed(getObject(), Manager1_adaptor::INTERFACE_NAME, properties);
}

void ManagerObject::change(sdbus::Result<>&& result, DbusCalls::Work work) {
    door_.change(dbus::current_call(getObject()), std::move(result), std::move(work));
}

void ManagerObject::Pause(sdbus::Result<>&& result, std::string reason, uint64_t seconds) {
    if (reason.size() > largest_request_bytes)
        refuse_argument(fmt::format("reason: longer than {} bytes", largest_request_bytes));
    const PauseRequest request{std::move(reason), duration_of(seconds), false};
    change(std::move(result), [request](Steering& steering, Caller caller) {
        return steering.pause(request, std::move(caller));
    });
}

void ManagerObject::Resume(sdbus::Result<>&& result) {
    change(std::move(result), [](Steering& steering, Caller caller) -> Awaitable<void> {
        co_await steering.resume(std::move(caller));
    });
}

void ManagerObject::ListJobs(sdbus::Result<DbusJobs>&& result) {
    door_.list(std::move(result));
}

void ManagerObject::Retry(sdbus::Result<>&& result, std::string source) {
    change(std::move(result), [bytes = source_of(source)](Steering& steering, Caller caller) {
        return steering.retry(bytes, std::move(caller));
    });
}

void ManagerObject::Cancel(sdbus::Result<>&& result, std::string source) {
    change(std::move(result), [bytes = source_of(source)](Steering& steering, Caller caller) {
        return steering.cancel(bytes, std::move(caller));
    });
}

void ManagerObject::Reload(sdbus::Result<>&& result) {
    change(std::move(result), [](Steering& steering, Caller caller) -> Awaitable<void> {
        steering.reload(std::move(caller));
        co_return;
    });
}

std::string ManagerObject::Version() {
    return dbus_text(door_.status().version);
}

std::string ManagerObject::Machine() {
    return dbus_text(door_.status().machine);
}

std::string ManagerObject::State() {
    return dbus_text(door_.status().state);
}

std::vector<ManagerObject::Hold> ManagerObject::Holds() {
    std::vector<Hold> holds;
    for (const auto& hold : door_.status().holds)
        holds.emplace_back(dbus_text(hold.reason), dbus_text(hold.text), dbus_text(hold.since),
                           dbus_text(hold.until.value_or("")));
    return holds;
}

uint64_t ManagerObject::ActiveJobs() {
    return door_.status().jobs.active;
}

uint64_t ManagerObject::WaitingSources() {
    return door_.status().jobs.waiting;
}

JobObject::JobObject(sdbus::IConnection& connection, const DbusJobView& job)
    : AdaptorInterfaces(connection, sdbus::ObjectPath(job.path())),
      job_(job) {
    registerAdaptor();
}

JobObject::~JobObject() {
    unregisterAdaptor();
}

void JobObject::tell_changed(const std::vector<std::string>& properties) {
    dbus::tell_changed(getObject(), Job1_adaptor::INTERFACE_NAME, properties);
}

} // namespace av1encd
