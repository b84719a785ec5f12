#include "daemon/system/service_manager.hpp"

#include "common/error.hpp"
#include "common/source_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

namespace av1encd {

namespace {

constexpr const char* control_name = "control";
constexpr const char* mending = "look at the av1encd.socket in use (systemctl cat av1encd.socket)";

/// Not by sd_notify(), which reads the environment at each call: there it would have to stay, for
/// every child to see. A manager that does not keep up must not stop the loop.
UniqueFd connect_to(const char* name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t length = name == nullptr ? 0 : std::strlen(name);
    const bool is_address = length > 1 && (name[0] == '/' || name[0] == '@');
    if (!is_address || length >= sizeof address.sun_path)
        return {};
    std::memcpy(address.sun_path, name, length);
    if (name[0] == '@') // in no file system
        address.sun_path[0] = '\0';
    const auto bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    UniqueFd made(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!made || ::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), bytes) != 0)
        return {};
    return made;
}

std::optional<std::chrono::microseconds> take_watchdog() {
    std::uint64_t microseconds = 0;
    if (::sd_watchdog_enabled(1, &microseconds) <= 0)
        return std::nullopt;
    return std::chrono::microseconds(microseconds);
}

std::vector<PassedSocket> take_passed() {
    char** names = nullptr;
    const int count = ::sd_listen_fds_with_names(1, &names);
    std::vector<PassedSocket> passed;
    for (int index = 0; index < count; ++index) {
        passed.push_back({names[index], UniqueFd(SD_LISTEN_FDS_START + index)});
        std::free(names[index]);
    }
    std::free(names);
    return passed;
}

std::string names_of(const std::vector<PassedSocket>& passed) {
    std::string names;
    for (const auto& socket : passed)
        names += fmt::format("{}'{}'", names.empty() ? "" : ", ", printable(socket.name));
    return names;
}

} // namespace

std::optional<UniqueFd> choose_control_socket(std::vector<PassedSocket> passed) {
    if (passed.empty())
        return std::nullopt;
    if (passed.size() > 1)
        throw ConfigError(fmt::format("the service manager passed {} sockets ({}), av1encd listens "
                                      "on one: {}",
                                      passed.size(), names_of(passed), mending));
    auto& only = passed.front();
    if (::sd_is_socket(only.descriptor.get(), AF_UNIX, SOCK_STREAM, 1) <= 0)
        throw ConfigError(fmt::format("the socket '{}' that the service manager passed is no "
                                      "listening stream socket of a path (ListenStream=): {}",
                                      printable(only.name), mending));
    return std::move(only.descriptor);
}

std::optional<std::filesystem::path> path_of_socket(int descriptor) {
    sockaddr_un address{};
    socklen_t bytes = sizeof address;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &bytes) != 0 ||
        address.sun_family != AF_UNIX || bytes <= offsetof(sockaddr_un, sun_path) ||
        address.sun_path[0] == '\0')
        return std::nullopt;
    const std::size_t most = bytes - offsetof(sockaddr_un, sun_path);
    return std::string(address.sun_path, ::strnlen(address.sun_path, most));
}

SystemServiceManager::SystemServiceManager()
    : notify_(connect_to(std::getenv("NOTIFY_SOCKET"))),
      watchdog_(take_watchdog()),
      control_socket_(choose_control_socket(take_passed())) {
    ::unsetenv("NOTIFY_SOCKET");
}

std::optional<UniqueFd> SystemServiceManager::take_control_socket() {
    return std::exchange(control_socket_, std::nullopt);
}

bool SystemServiceManager::ready() {
    return send("READY=1");
}

void SystemServiceManager::describe(std::string_view text) {
    std::string line = fmt::format("STATUS={}", text);
    // A line of its own would be another word to the manager.
    std::replace(line.begin(), line.end(), '\n', ' ');
    send(line);
}

void SystemServiceManager::alive() {
    send("WATCHDOG=1");
}

void SystemServiceManager::stopping() {
    send("STOPPING=1");
}

void SystemServiceManager::extend(std::chrono::microseconds time) {
    send(fmt::format("EXTEND_TIMEOUT_USEC={}", time.count()));
}

bool SystemServiceManager::send(std::string_view message) const {
    return ::send(notify_.get(), message.data(), message.size(), MSG_NOSIGNAL) >= 0;
}

} // namespace av1encd
