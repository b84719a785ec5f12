#pragma once
// Who calls over the bus, and whether he may change things: polkit says so, and where there is no
// polkit that is for root and the daemon's user. Asked without waiting.

#include "daemon/control/steering.hpp"

#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>

namespace sdbus {
class IConnection;
class IProxy;
} // namespace sdbus

namespace av1encd {

inline constexpr const char* polkit_action = "org.av1encd.control";

/// Whether polkit may ask a person for a password, which is for the caller to say.
enum class Interaction { none, allowed };

struct Permission {
    Caller caller;
    std::string refusal; ///< why not, and who may; empty where it may
};

class DbusAuthority {
public:
    using Then = std::function<void(const Permission&)>;

    /// The connection outlives it.
    explicit DbusAuthority(sdbus::IConnection& connection);
    ~DbusAuthority();

    /// `then` is called while the connection is processed, and never once this is destroyed.
    void ask(const std::string& sender, Interaction interaction, Then then);

private:
    void ask_polkit(const std::string& sender, uid_t user, Interaction interaction, Then then);

    std::unique_ptr<sdbus::IProxy> bus_;
    std::unique_ptr<sdbus::IProxy> polkit_;
};

} // namespace av1encd
