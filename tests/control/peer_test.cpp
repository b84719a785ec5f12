#include "daemon/control/peer.hpp"

#include <gtest/gtest.h>

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace av1encd {
namespace {

// Of Debian's base-passwd, and one that nobody has.
constexpr uid_t nobody = 65534;
constexpr gid_t nogroup = 65534;
constexpr uid_t nameless = 4'000'000'000;
constexpr gid_t clients = 4'000'000'001;

TEST(Peer, RootMayChange) {
    const auto peer = judge_peer({0, 0, {}}, clients);
    EXPECT_EQ(peer.user, "root");
    EXPECT_TRUE(peer.may_change);
    EXPECT_EQ(peer.refusal, "");
}

TEST(Peer, TheDaemonsOwnUserMayChange) {
    EXPECT_TRUE(judge_peer({::geteuid(), nogroup, {}}, std::nullopt).may_change);
}

TEST(Peer, AMemberByItsProcessMayChange) {
    EXPECT_TRUE(judge_peer({nameless, clients, {}}, clients).may_change);
    EXPECT_TRUE(judge_peer({nameless, nogroup, {7, clients}}, clients).may_change);
}

TEST(Peer, AMemberByTheSystemsListMayChange) {
    EXPECT_TRUE(judge_peer({nobody, 1, {}}, nogroup).may_change);
}

TEST(Peer, AStrangerMayNotChangeAndHearsWhoMay) {
    const auto peer = judge_peer({nameless, nogroup, {7}}, clients);
    EXPECT_EQ(peer.user, "uid 4000000000");
    EXPECT_FALSE(peer.may_change);
    EXPECT_EQ(peer.refusal, "uid 4000000000 may look but not change anything: that is for root, "
                            "the daemon's user and members of the group '4000000001'");
}

TEST(Peer, WithoutAGroupOnlyRootAndTheDaemonsUserMayChange) {
    const auto peer = judge_peer({nameless, nogroup, {}}, std::nullopt);
    EXPECT_EQ(peer.refusal, "uid 4000000000 may look but not change anything: that is for root, "
                            "the daemon's user");
}

TEST(Peer, TheKernelTellsWhoIsAtTheOtherEnd) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    const auto credentials = peer_credentials(ends[0]);
    std::vector<gid_t> groups(static_cast<std::size_t>(::getgroups(0, nullptr)));
    ASSERT_GE(::getgroups(static_cast<int>(groups.size()), groups.data()), 0);
    EXPECT_EQ(credentials.user, ::geteuid());
    EXPECT_EQ(credentials.group, ::getegid());
    EXPECT_EQ(credentials.groups, groups);
    ::close(ends[0]);
    ::close(ends[1]);
}

} // namespace
} // namespace av1encd
