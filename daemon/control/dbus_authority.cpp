#include "daemon/control/dbus_authority.hpp"

#include "daemon/control/dbus_compat.hpp"
#include "daemon/control/peer.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <utility>

namespace av1encd {

using namespace std::chrono_literals;

namespace {

constexpr const char* polkit_interface = "org.freedesktop.PolicyKit1.Authority";
constexpr std::uint32_t allow_user_interaction = 1;
constexpr std::chrono::seconds patience_with_polkit = 20s; // before callers lose theirs, at 25 s
constexpr std::chrono::seconds patience_with_a_person = 5min;

using Details = std::map<std::string, std::string>;
using Subject = sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>>;
/// Authorized; to be had by a password; more about it.
using Verdict = sdbus::Struct<bool, bool, Details>;

Peer peer_of(uid_t user) {
    return judge_peer({user, static_cast<gid_t>(-1), {}}, std::nullopt);
}

std::string refusal_of_polkit(const std::string& user, bool by_password, Interaction interaction) {
    auto refusal = fmt::format("{} may look but not change anything: polkit's action {} is for "
                               "root, members of the group 'av1encd' and who gives an "
                               "administrator's password",
                               user, polkit_action);
    if (by_password && interaction == Interaction::none)
        refusal += "; this call did not let it be asked for";
    return refusal;
}

Permission without_polkit(uid_t user, const std::string& reason) {
    const auto peer = peer_of(user);
    if (peer.may_change)
        return {{peer.user}, ""};
    return {{peer.user},
            fmt::format("{} may look but not change anything: that is for root and the daemon's "
                        "user while polkit cannot be asked ({})",
                        peer.user, reason)};
}

Permission by_polkit(uid_t user, const Verdict& verdict, Interaction interaction) {
    const auto peer = peer_of(user);
    if (std::get<0>(verdict))
        return {{peer.user}, ""};
    return {{peer.user}, refusal_of_polkit(peer.user, std::get<1>(verdict), interaction)};
}

} // namespace

DbusAuthority::DbusAuthority(sdbus::IConnection& connection)
    : bus_(dbus::proxy(connection, "org.freedesktop.DBus", "/org/freedesktop/DBus")),
      polkit_(dbus::proxy(connection, "org.freedesktop.PolicyKit1",
                          "/org/freedesktop/PolicyKit1/Authority")) {}

DbusAuthority::~DbusAuthority() = default;

void DbusAuthority::ask(const std::string& sender, Interaction interaction, Then then) {
    auto hear = [this, sender, interaction, then = std::move(then)](dbus::ReplyError error,
                                                                    std::uint32_t user) {
        if (error)
            then({{"unknown"}, "who calls is not known: " + error->getMessage()});
        else
            ask_polkit(sender, user, interaction, then);
    };
    bus_->callMethodAsync("GetConnectionUnixUser")
        .onInterface("org.freedesktop.DBus")
        .withArguments(sender)
        .uponReplyInvoke(std::move(hear));
}

void DbusAuthority::ask_polkit(const std::string& sender, uid_t user, Interaction interaction,
                               Then then) {
    auto hear = [user, interaction, then = std::move(then)](dbus::ReplyError error,
                                                            const Verdict& verdict) {
        if (error)
            then(without_polkit(user, error->getMessage()));
        else
            then(by_polkit(user, verdict, interaction));
    };
    const bool may_ask = interaction == Interaction::allowed;
    const Subject subject{"system-bus-name", {{"name", sdbus::Variant(sender)}}};
    polkit_->callMethodAsync("CheckAuthorization")
        .onInterface(polkit_interface)
        .withTimeout(may_ask ? patience_with_a_person : patience_with_polkit)
        .withArguments(subject, std::string(polkit_action), Details{},
                       may_ask ? allow_user_interaction : std::uint32_t{0}, std::string())
        .uponReplyInvoke(std::move(hear));
}

} // namespace av1encd
