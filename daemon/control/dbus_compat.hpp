#pragma once
// What sdbus-c++ 1.2 (Debian 12) and 2.x call differently, under one name.

#include <sdbus-c++/sdbus-c++.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <systemd/sd-bus.h>
#include <vector>

namespace av1encd::dbus {

/// What a connection waits for.
struct Wish {
    int descriptor = -1;
    short events = 0;
    std::optional<std::chrono::microseconds> at_most; ///< then it is to be processed all the same
};

#if AV1ENCD_SDBUS_MAJOR >= 2

using ReplyError = std::optional<sdbus::Error>;

inline sdbus::Error error(const std::string& name, const std::string& message) {
    return sdbus::Error(sdbus::Error::Name(name), message);
}
inline std::unique_ptr<sdbus::IProxy> proxy(sdbus::IConnection& connection, const char* service,
                                            const char* path) {
    return sdbus::createProxy(connection, sdbus::ServiceName(service), sdbus::ObjectPath(path));
}
inline void request_name(sdbus::IConnection& connection, const std::string& name) {
    connection.requestName(sdbus::ServiceName(name));
}
inline void finish_registration(sdbus::IProxy& /*proxy*/) {}
/// Whether there was something to process.
inline bool process(sdbus::IConnection& connection) {
    return connection.processPendingEvent();
}
inline void tell_changed(sdbus::IObject& object, const char* interface,
                         const std::vector<std::string>& properties) {
    object.emitPropertiesChangedSignal(
        interface, std::vector<sdbus::PropertyName>(properties.begin(), properties.end()));
}
inline sdbus::Message current_call(const sdbus::IObject& object) {
    return object.getCurrentlyProcessedMessage();
}
inline std::string sender(const sdbus::Message& message) {
    return message.getSender();
}
inline Wish wish(const sdbus::IConnection& connection) {
    const auto data = connection.getEventLoopPollData();
    Wish wish{data.fd, data.events, std::nullopt};
    if (data.timeout != std::chrono::microseconds::max())
        wish.at_most = data.getRelativeTimeout();
    return wish;
}

#else

using ReplyError = const sdbus::Error*;

inline sdbus::Error error(const std::string& name, const std::string& message) {
    return {name, message};
}
inline std::unique_ptr<sdbus::IProxy> proxy(sdbus::IConnection& connection, const char* service,
                                            const char* path) {
    return sdbus::createProxy(connection, service, path);
}
inline void request_name(sdbus::IConnection& connection, const std::string& name) {
    connection.requestName(name);
}
inline void finish_registration(sdbus::IProxy& proxy) {
    proxy.finishRegistration();
}
/// Whether there was something to process.
inline bool process(sdbus::IConnection& connection) {
    return connection.processPendingRequest();
}
inline void tell_changed(sdbus::IObject& object, const char* interface,
                         const std::vector<std::string>& properties) {
    object.emitPropertiesChangedSignal(interface, properties);
}
inline const sdbus::Message& current_call(const sdbus::IObject& object) {
    return *object.getCurrentlyProcessedMessage();
}
inline std::string sender(const sdbus::Message& message) {
    return message.getSender();
}
inline Wish wish(const sdbus::IConnection& connection) {
    const auto data = connection.getEventLoopPollData();
    return {data.fd, data.events, data.getRelativeTimeout()};
}

#endif

/// Whether the caller lets a person be asked for a password; sdbus-c++ has no word for it.
inline bool allows_interaction(const sdbus::Message& message) {
    struct Opened : sdbus::Message {
        static void* handle(const sdbus::Message& closed) { return closed.*(&Opened::msg_); }
    };
    auto* const handle = static_cast<sd_bus_message*>(Opened::handle(message));
    return ::sd_bus_message_get_allow_interactive_authorization(handle) > 0;
}

} // namespace av1encd::dbus
