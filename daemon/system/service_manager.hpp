#pragma once
// systemd's side of the daemon: the socket that it passed, and the datagrams that it is told by
// (sd_notify(3)). No child of the daemon sees any of it.

#include "common/unique_fd.hpp"
#include "daemon/pipeline/ports/service_manager.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace av1encd {

/// A descriptor that was passed, by the name that its unit gave it (FileDescriptorName=).
struct PassedSocket {
    std::string name;
    UniqueFd descriptor;
};

/// The one to listen on, whatever its name; nullopt where none was passed. Throws ConfigError where
/// there are several, since clients of those not served would wait for ever, and where it is no
/// listening stream socket.
std::optional<UniqueFd> choose_control_socket(std::vector<PassedSocket> passed);

/// Where the socket's clients find it; nullopt: at no path.
std::optional<std::filesystem::path> path_of_socket(int descriptor);

class SystemServiceManager final : public ServiceManager {
public:
    /// Takes NOTIFY_SOCKET, WATCHDOG_ and LISTEN_ out of the environment, so no other thread may
    /// run yet. Throws as choose_control_socket().
    SystemServiceManager();

    /// Once: the descriptor is its taker's.
    std::optional<UniqueFd> take_control_socket();

    bool listens() const override { return static_cast<bool>(notify_); }
    std::optional<std::chrono::microseconds> watchdog() const override { return watchdog_; }
    bool ready() override;
    void describe(std::string_view text) override;
    void alive() override;
    void stopping() override;
    void extend(std::chrono::microseconds time) override;

private:
    bool send(std::string_view message) const;

    UniqueFd notify_; ///< connected; none: nobody listens
    std::optional<std::chrono::microseconds> watchdog_;
    std::optional<UniqueFd> control_socket_;
};

} // namespace av1encd
