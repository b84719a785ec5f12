#include "ctl/control_client.hpp"

#include "tests/ctl/fake_daemon.hpp"
#include "tests/support/ordinary_user.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace av1encd {
namespace {

using namespace std::chrono_literals;

template <typename Failure, typename Action>
std::string complaint(Action action) {
    try {
        action();
    } catch (const Failure& failure) {
        return failure.what();
    }
    return "no such failure";
}

std::string complaint_of_connecting(const std::filesystem::path& socket) {
    return complaint<DaemonUnreachable>([&] { ControlClient client(socket); });
}

/// Listens, but lets nobody in.
class DeafSocket {
public:
    DeafSocket() : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path().native().copy(address.sun_path, sizeof address.sun_path - 1);
        if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            throw system_error(errno, "bind");
    }
    void listen(int backlog) const { ::listen(socket_.get(), backlog); }
    std::filesystem::path path() const { return folder_.path() / "s"; }

private:
    TemporaryFolder folder_;
    UniqueFd socket_;
};

TEST(ControlClient, CallsAMethodAndGetsItsParameters) {
    FakeDaemon daemon({{"org.av1encd.Resume", {reply_of(R"({"holds":["cpu"]})")}}});
    ControlClient client(daemon.socket());
    EXPECT_EQ(client.call("Resume"), R"({"holds":["cpu"]})");
    EXPECT_EQ(daemon.requests(), std::vector<Request>{{.method = "org.av1encd.Resume"}});
}

TEST(ControlClient, CallsOneMethodAfterTheOther) {
    FakeDaemon daemon({{"org.av1encd.Cancel", {reply_of("{}")}},
                       {"org.varlink.service.GetInfo", {reply_of(R"({"version":"7"})")}}});
    ControlClient client(daemon.socket());
    const Arguments arguments = {{"source", std::string("a\\xff.mp4")}};
    EXPECT_EQ(client.call("Cancel", arguments), "{}");
    EXPECT_EQ(client.call("org.varlink.service.GetInfo"), R"({"version":"7"})");
    EXPECT_EQ(daemon.requests(),
              (std::vector<Request>{{.method = "org.av1encd.Cancel", .arguments = arguments},
                                    {.method = "org.varlink.service.GetInfo"}}));
}

TEST(ControlClient, TakesALongAnswer) {
    const auto long_answer = JsonObject().add("config", std::string(3'000'000, 'x')).text();
    FakeDaemon daemon({{"org.av1encd.Config", {reply_of(long_answer)}}});
    EXPECT_EQ(ControlClient(daemon.socket()).call("Config"), long_answer);
}

TEST(ControlClient, ThrowsTheReasonOfARefusal) {
    FakeDaemon daemon({{"org.av1encd.Reload",
                        {refusal_of(error_name::refused, "a.yaml:1:1: no\nb.yaml:2:2: no")}}});
    ControlClient client(daemon.socket());
    EXPECT_EQ(complaint<RefusedByDaemon>([&] { client.call("Reload"); }),
              "a.yaml:1:1: no\nb.yaml:2:2: no");
}

TEST(ControlClient, HearsEveryReplyUntilTheLast) {
    FakeDaemon daemon({{"org.av1encd.Tail",
                        {continued_reply_of(R"({"n":1})"), continued_reply_of(R"({"n":2})"),
                         reply_of(R"({"n":3})")}}});
    ControlClient client(daemon.socket());
    Interruption interruption;
    const UniqueFd output(::open("/dev/null", O_WRONLY));
    std::vector<std::string> heard;
    client.follow("Tail", {}, interruption, output.get(),
                  [&](const std::string& parameters) { heard.push_back(parameters); });
    EXPECT_EQ(heard, (std::vector<std::string>{R"({"n":1})", R"({"n":2})", R"({"n":3})"}));
    EXPECT_EQ(daemon.requests(),
              (std::vector<Request>{{.method = "org.av1encd.Tail", .more = true}}));
}

TEST(ControlClient, EndsToFollowOnASignal) {
    FakeDaemon daemon({{"org.av1encd.Tail", {continued_reply_of("{}")}}});
    ControlClient client(daemon.socket());
    Interruption interruption;
    const UniqueFd output(::open("/dev/null", O_WRONLY));
    int heard = 0;
    client.follow("Tail", {}, interruption, output.get(), [&](const std::string&) {
        ++heard;
        ::raise(SIGINT);
    });
    EXPECT_EQ(heard, 1);
}

TEST(ControlClient, EndsToFollowWhenNobodyReadsTheOutput) {
    FakeDaemon daemon({{"org.av1encd.Tail", {continued_reply_of("{}")}}});
    ControlClient client(daemon.socket());
    Interruption interruption;
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    UniqueFd reader(pipe[0]);
    const UniqueFd writer(pipe[1]);
    int heard = 0;
    client.follow("Tail", {}, interruption, writer.get(), [&](const std::string&) {
        ++heard;
        reader.reset();
    });
    EXPECT_EQ(heard, 1);
}

TEST(ControlClient, SaysWhereThereIsNoSocket) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "no\n.sock";
    EXPECT_EQ(complaint_of_connecting(path),
              "there is no control socket '" + folder.path().native() +
                  "/no\\x0a.sock': start av1encd, 'systemctl start av1encd', or name the socket it "
                  "uses with --socket");
}

TEST(ControlClient, SaysWhereNobodyListensAnyMore) {
    const DeafSocket left_behind;
    EXPECT_EQ(complaint_of_connecting(left_behind.path()),
              "nobody answers at the control socket '" + left_behind.path().native() +
                  "': av1encd is not running any more; start it, 'systemctl start av1encd'");
}

TEST(ControlClient, NamesTheGroupThatMayOpenTheSocket) {
    const FakeDaemon daemon({});
    ASSERT_EQ(::chmod(daemon.socket().parent_path().c_str(), 0755), 0);
    ASSERT_EQ(::chmod(daemon.socket().c_str(), 0), 0);
    const auto* group = ::getgrgid(::getegid());
    ASSERT_NE(group, nullptr);
    const std::string name = group->gr_name;
    const OrdinaryUser user;
    EXPECT_EQ(complaint_of_connecting(daemon.socket()),
              "this user may not open the control socket '" + daemon.socket().native() +
                  "': ask for membership in the group '" + name + "', or use sudo");
}

TEST(ControlClient, NamesTheUsualGroupWhereTheSocketCannotBeSeen) {
    const FakeDaemon daemon({});
    ASSERT_EQ(::chmod(daemon.socket().parent_path().c_str(), 0), 0);
    {
        const OrdinaryUser user;
        EXPECT_EQ(complaint_of_connecting(daemon.socket()),
                  "this user may not open the control socket '" + daemon.socket().native() +
                      "': ask for membership in the group 'av1encd', or use sudo");
    }
    ASSERT_EQ(::chmod(daemon.socket().parent_path().c_str(), 0700), 0);
}

TEST(ControlClient, SaysWhereAPathIsTooLongForASocket) {
    const std::string path(200, 'a');
    EXPECT_EQ(complaint_of_connecting(path),
              "'" + path +
                  "' cannot be a control socket: its path has 200 bytes, a socket's has 1 "
                  "to 107");
}

TEST(ControlClient, SaysThatTheDaemonClosedTheConnection) {
    FakeDaemon daemon({});
    ControlClient client(daemon.socket());
    EXPECT_EQ(complaint<DaemonUnreachable>([&] { client.call("Status"); }),
              "av1encd at '" + daemon.socket().native() +
                  "' closed the connection: it has stopped, or refuses more "
                  "clients; 'systemctl status av1encd' tells");
}

TEST(ControlClient, DoesNotWaitForEverForAnAnswer) {
    FakeDaemon daemon(Script{{"org.av1encd.Status", {}}});
    ControlClient client(daemon.socket(), 50ms);
    EXPECT_EQ(complaint<DaemonUnreachable>([&] { client.call("Status"); }),
              "av1encd at '" + daemon.socket().native() +
                  "' did not answer within 0.05 s: it hangs or is stopped; 'systemctl status "
                  "av1encd' tells");
}

TEST(ControlClient, DoesNotWaitForEverToBeLetIn) {
    const DeafSocket deaf;
    deaf.listen(0);
    const ControlClient first(deaf.path());
    EXPECT_EQ(complaint<DaemonUnreachable>([&] { ControlClient second(deaf.path(), 50ms); }),
              "av1encd at '" + deaf.path().native() +
                  "' did not answer within 0.05 s: it hangs or is stopped; 'systemctl status "
                  "av1encd' tells");
}

TEST(ControlClient, RefusesAnAnswerThatIsNone) {
    FakeDaemon daemon({{"org.av1encd.Status", {reply_of("[")}}});
    ControlClient client(daemon.socket());
    EXPECT_NE(complaint<BadMessage>([&] { client.call("Status"); }).find("not JSON"),
              std::string::npos);
}

} // namespace
} // namespace av1encd
