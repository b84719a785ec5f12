// What callers may do over the bus, who may, and what they are told where they may not.

#include "daemon/control/dbus_calls.hpp"

#include "daemon/control/peer.hpp"
#include "tests/control/bus_fixture.hpp"
#include "tests/control/fake_polkit.hpp"
#include "tests/support/run_program.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <future>
#include <unistd.h>

namespace av1encd {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Says = FakePolkit::Says;

class DbusCallsTest : public ServedBusFixture {
protected:
    std::string pause() { return client->call("Pause", std::string("backup"), std::uint64_t{60}); }
    void fail_with(const std::exception_ptr& failure) {
        service->in_loop([&] { service->steering.failure = failure; });
    }

    const std::string me = judge_peer({::geteuid(), ::getegid(), {}}, std::nullopt).user;
};

TEST_F(DbusCallsTest, DoWhatTheySay) {
    EXPECT_EQ(pause(), "");
    EXPECT_EQ(client->call("Pause", std::string(), std::uint64_t{0}), "");
    EXPECT_EQ(client->call("Resume"), "");
    EXPECT_EQ(client->call("Retry", std::string("sub/a.mp4")), "");
    EXPECT_EQ(client->call("Cancel", std::string("b.mp4")), "");
    EXPECT_EQ(client->call("Reload"), "");
    EXPECT_THAT(service->calls(),
                ElementsAre("pause 'backup' 60 now by " + me, "pause '' - now by " + me,
                            "resume by " + me, "retry 'sub/a.mp4' by " + me,
                            "cancel 'b.mp4' by " + me, "reload by " + me));
}

TEST_F(DbusCallsTest, SayWhyTheyFailed) {
    fail_with(std::make_exception_ptr(NotFound("'x' is not under way on this machine")));
    EXPECT_EQ(client->call("Cancel", std::string("x")),
              "org.av1encd.NotFound: 'x' is not under way on this machine");
    fail_with(std::make_exception_ptr(Refused("a.yaml:1:1: no\na.yaml:2:1: nor \xff this")));
    EXPECT_EQ(client->call("Reload"),
              "org.av1encd.Refused: a.yaml:1:1: no\na.yaml:2:1: nor \uFFFD this");
    fail_with(std::make_exception_ptr(std::runtime_error("no more memory")));
    EXPECT_EQ(client->call("Resume"), "org.av1encd.Refused: no more memory");
}

TEST_F(DbusCallsTest, AreNotBegunWithArgumentsThatMeanNothing) {
    const std::string invalid = "org.freedesktop.DBus.Error.InvalidArgs: ";
    for (const std::string source : {"", "a\\b", "\\x4", "\\x00"}) {
        EXPECT_THAT(client->call("Retry", source), StartsWith(invalid + "source: "));
        EXPECT_THAT(client->call("Cancel", source), StartsWith(invalid + "source: "));
    }
    EXPECT_THAT(client->call("Pause", std::string(), ~std::uint64_t{0}),
                StartsWith(invalid + "seconds: "));
    EXPECT_THAT(client->call("Pause", std::string(2U << 20U, 'x'), std::uint64_t{1}),
                StartsWith(invalid + "reason: "));
    EXPECT_THAT(service->calls(), IsEmpty());
}

TEST_F(DbusCallsTest, AskPolkitOfTheCaller) {
    const FakePolkit polkit(Says::yes);
    EXPECT_EQ(pause(), "");
    EXPECT_THAT(service->calls(), ElementsAre("pause 'backup' 60 now by " + me));
    EXPECT_THAT(polkit.questions(), ElementsAre("org.av1encd.control for system-bus-name " +
                                                client->name() + ", flags 0"));
}

TEST_F(DbusCallsTest, AskPolkitOfEveryChangeAndOfNothingElse) {
    const FakePolkit polkit(Says::no);
    const std::string source = "a.mp4";
    for (const auto& refusal : {pause(), client->call("Resume"), client->call("Retry", source),
                                client->call("Cancel", source), client->call("Reload")})
        EXPECT_THAT(refusal, StartsWith("org.av1encd.NotAllowed: " + me + " may look but not"));
    EXPECT_THAT(service->calls(), IsEmpty());
    EXPECT_EQ(polkit.questions().size(), 5U);
    EXPECT_THAT(client->list_jobs(), IsEmpty());
    EXPECT_EQ(client->all_properties().size(), 6U);
    EXPECT_EQ(polkit.questions().size(), 5U);
}

TEST_F(DbusCallsTest, SayThatAPasswordWouldHaveHelped) {
    const FakePolkit polkit(Says::by_password);
    EXPECT_THAT(pause(), AllOf(HasSubstr("members of the group 'av1encd'"),
                               HasSubstr("this call did not let it be asked for")));
}

TEST_F(DbusCallsTest, LetPolkitAskAPersonWhereTheCallerDoes) {
    if (::access("/usr/bin/busctl", X_OK) != 0)
        GTEST_SKIP() << "busctl is not installed";
    const FakePolkit polkit(Says::yes);
    const TemporaryFolder folder;
    const auto resume = [&](const std::string& interaction) {
        const auto option = "--allow-interactive-authorization=" + interaction;
        return run_program({"busctl", option, "call", "org.av1encd", "/org/av1encd",
                            "org.av1encd.Manager1", "Resume"},
                           {}, folder.path())
            .outcome.exit_status;
    };
    EXPECT_EQ(resume("no"), 0);
    EXPECT_EQ(resume("yes"), 0);
    EXPECT_THAT(polkit.questions(), ElementsAre(HasSubstr("flags 0"), HasSubstr("flags 1")));
}

TEST_F(DbusCallsTest, DoNotKeepTheDaemonWaitingForPolkit) {
    const FakePolkit polkit(Says::nothing);
    auto held = std::async(std::launch::async, [&] { return pause(); });
    ASSERT_TRUE(eventually([&] { return polkit.questions().size() == 1; }));
    BusClient other;
    EXPECT_THAT(other.list_jobs(), IsEmpty());
    service->in_loop([] {});
    service.reset();
    EXPECT_THAT(held.get(), HasSubstr("org.freedesktop.DBus.Error.NoReply"));
}

TEST_F(DbusCallsTest, GoByTheUserWherePolkitKnowsNoAnswer) {
    const FakePolkit polkit(Says::failure);
    EXPECT_EQ(pause(), "");
    EXPECT_THAT(service->calls(), ElementsAre("pause 'backup' 60 now by " + me));
}

TEST_F(DbusCallsTest, OfOthersAreRefusedWhilePolkitIsAway) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root can call as another user";
    const TemporaryFolder folder;
    const auto script =
        std::string("setpriv --reuid=65534 --regid=65534 --clear-groups dbus-send --system "
                    "--print-reply --dest=org.av1encd /org/av1encd org.av1encd.Manager1.Resume "
                    "2>&1");
    const auto run = run_program({"sh", "-c", script}, {}, folder.path());
    EXPECT_NE(run.outcome.exit_status, 0);
    EXPECT_THAT(run.output, AllOf(HasSubstr("org.av1encd.NotAllowed"),
                                  HasSubstr("that is for root and the daemon's user while polkit "
                                            "cannot be asked")));
    EXPECT_THAT(service->calls(), IsEmpty());
}

} // namespace
} // namespace av1encd
