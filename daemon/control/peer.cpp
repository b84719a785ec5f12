#include "daemon/control/peer.hpp"

#include "common/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace av1encd {

namespace {

// Enough for any entry that the name services of Debian give; a longer one counts as no name.
constexpr std::size_t longest_entry = std::size_t{64} << 10;

struct User {
    std::string name;
    gid_t group = 0;
};

std::optional<User> find_user(uid_t id) {
    std::vector<char> buffer(longest_entry);
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    return User{entry.pw_name, entry.pw_gid};
}

std::vector<gid_t> listed_groups(const User& user) {
    int count = 64;
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    while (::getgrouplist(user.name.c_str(), user.group, groups.data(), &count) < 0)
        groups.resize(std::max(static_cast<std::size_t>(count), groups.size() * 2));
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

std::vector<gid_t> supplementary_groups(int socket) {
    std::vector<gid_t> groups(64);
    for (;;) {
        auto bytes = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
        const int result = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &bytes);
        if (result < 0 && errno != ERANGE)
            return {};
        groups.resize(bytes / sizeof(gid_t));
        if (result == 0)
            return groups;
    }
}

bool contains(const std::vector<gid_t>& groups, gid_t group) {
    return std::find(groups.begin(), groups.end(), group) != groups.end();
}

std::string group_name(gid_t group) {
    std::vector<char> buffer(longest_entry);
    ::group entry{};
    ::group* found = nullptr;
    if (::getgrgid_r(group, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return fmt::format("{}", group);
    return entry.gr_name;
}

std::string refusal_of(const std::string& user, std::optional<gid_t> group) {
    const auto members =
        group ? fmt::format(" and members of the group '{}'", group_name(*group)) : "";
    return fmt::format("{} may look but not change anything: that is for root, the daemon's user{}",
                       user, members);
}

bool is_member(const PeerCredentials& credentials, const std::optional<User>& user, gid_t group) {
    return credentials.group == group || contains(credentials.groups, group) ||
           (user && contains(listed_groups(*user), group));
}

} // namespace

PeerCredentials peer_credentials(int socket) {
    ucred peer{};
    socklen_t bytes = sizeof peer;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) < 0)
        throw system_error(errno, "cannot ask who is at the other end of the control socket");
    return {peer.uid, peer.gid, supplementary_groups(socket)};
}

Peer judge_peer(const PeerCredentials& credentials, std::optional<gid_t> group) {
    const auto user = find_user(credentials.user);
    Peer peer;
    peer.user = user ? user->name : fmt::format("uid {}", credentials.user);
    peer.may_change = credentials.user == 0 || credentials.user == ::geteuid() ||
                      (group && is_member(credentials, user, *group));
    if (!peer.may_change)
        peer.refusal = refusal_of(peer.user, group);
    return peer;
}

} // namespace av1encd
