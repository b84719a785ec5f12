#include "daemon/control/control_server.hpp"

#include "common/protocol.hpp"
#include "tests/control/control_client.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace av1encd {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string status_call = R"({"method":"org.av1encd.Status"})";
const std::string tail_call = R"({"method":"org.av1encd.Tail","more":true})";

std::string refusal(std::string_view reason) {
    return fmt::format(R"({{"error":"org.av1encd.Refused","parameters":{{"reason":"{}"}}}})",
                       reason);
}

const std::string too_long = refusal("the message is longer than 1048576 bytes");

std::string status_reply_of(const TestServer& server) {
    return R"({"parameters":)" + to_json(server.steering.status_now) + "}";
}

class ControlServerTest : public testing::Test {
protected:
    std::string status_reply() { return status_reply_of(server); }

    TestServer server;
    FakeSteering& steering = server.steering;
};

EventStatus event_of(std::string source) {
    EventStatus event;
    event.event = "claimed";
    event.time = "2026-01-01T00:00:00Z";
    event.source = std::move(source);
    return event;
}

EventStatus long_event() {
    EventStatus event;
    event.message = std::string(1000, 'x');
    return event;
}

std::string reply_with(const EventStatus& event) {
    return R"({"parameters":)" + to_json(event) + ",\"continues\":true}\n";
}

/// A client that follows; ready once the daemon knows of it.
class Follower : public TestClient {
public:
    Follower(TestServer& server, std::string_view call) : TestClient(server.socket()) {
        std::promise<void> known;
        server.in_loop([&] { server.steering.on_subscribe = [&] { known.set_value(); }; });
        send(std::string(call) + "\n");
        known.get_future().wait();
        server.in_loop([&] { server.steering.on_subscribe = [] {}; });
    }
};

TEST_F(ControlServerTest, AnswersAsItIsAsked) {
    TestClient client(server.socket());
    client.send(status_call + "\0"s);
    EXPECT_EQ(client.receive(), status_reply() + "\0"s);
    client.send(status_call + "\n");
    EXPECT_EQ(client.receive(), status_reply() + "\n");
    client.send(status_call + "\r\n");
    EXPECT_EQ(client.receive(), status_reply() + "\n");
}

TEST_F(ControlServerTest, AnswersAMessageThatComesInPieces) {
    TestClient client(server.socket());
    for (const char byte : status_call)
        client.send({&byte, 1});
    client.send("\n");
    EXPECT_EQ(client.receive(), status_reply() + "\n");
}

TEST_F(ControlServerTest, AnswersPipelinedMessagesInTheirOrder) {
    TestClient client(server.socket());
    std::string calls;
    std::vector<std::string> expected;
    for (int i = 0; i < 500; ++i) {
        calls += fmt::format(R"({{"method":"org.av1encd.List","parameters":{{"state":"{}"}}}})", i);
        calls += '\0';
        expected.push_back(fmt::format("list '{}'", i));
    }
    client.send(calls);
    for (int i = 0; i < 500; ++i)
        ASSERT_EQ(client.receive(), R"({"parameters":{"jobs":[]}})"s + "\0"s);
    EXPECT_EQ(steering.calls, expected);
}

TEST_F(ControlServerTest, DoesWhatAOnewayCallSaysAndKeepsQuiet) {
    TestClient client(server.socket());
    client.send(R"({"method":"org.av1encd.List","oneway":true})"
                "\n" +
                status_call + "\n");
    EXPECT_EQ(client.receive(), status_reply() + "\n");
    EXPECT_THAT(steering.calls, ElementsAre("list ''"));
}

TEST_F(ControlServerTest, AnswersAClientThatSendsNoMore) {
    TestClient client(server.socket());
    client.send(status_call + "\n" + status_call + "\nhalf a message");
    client.shut_down_sending();
    EXPECT_EQ(client.receive(), status_reply() + "\n");
    EXPECT_EQ(client.receive(), status_reply() + "\n");
    EXPECT_EQ(client.receive(), "");
}

TEST_F(ControlServerTest, ComplainsOfBadMessagesAndGoesOn) {
    TestClient client(server.socket());
    EXPECT_THAT(client.ask("no json"), HasSubstr(R"({"error":"org.av1encd.Refused",)"
                                                 R"("parameters":{"reason":"the message is not)"));
    EXPECT_EQ(client.ask("[]"), refusal("the message is not a JSON object"));
    EXPECT_THAT(client.ask(""), HasSubstr("the message is not JSON: at line 1, column 1: "));
    EXPECT_EQ(client.ask(status_call), status_reply());
}

TEST_F(ControlServerTest, TakesAMessageOfOneMebibyteAndNotAByteMore) {
    TestClient client(server.socket());
    const std::string padding(largest_request_bytes - status_call.size(), ' ');
    EXPECT_EQ(client.ask(status_call + padding), status_reply());
    EXPECT_EQ(client.ask(status_call + padding + " "), too_long);
    EXPECT_EQ(client.ask(status_call), status_reply());
}

TEST_F(ControlServerTest, AnswersAMuchTooLongMessageAsItEnds) {
    TestClient client(server.socket());
    client.send(std::string(std::size_t{8} << 20, 'x') + "\n");
    EXPECT_EQ(client.receive(), too_long + "\n");
    EXPECT_EQ(client.ask(status_call), status_reply());
}

TEST_F(ControlServerTest, AnswersATooLongMessageWhereTheClientStopsInTheMiddle) {
    TestClient client(server.socket());
    client.send(std::string(largest_request_bytes + 1, 'x'));
    client.shut_down_sending();
    EXPECT_EQ(client.receive(), too_long + "\0"s);
    EXPECT_EQ(client.receive(), "");
}

TEST(ControlServerPatience, EndsForATooLongMessageWithoutEnd) {
    TestServer server({.patience = 2s}); // in which a megabyte comes on any machine
    TestClient client(server.socket());
    client.send(std::string(largest_request_bytes + 1, 'x'));
    EXPECT_EQ(client.receive(), too_long + "\0"s);
    EXPECT_EQ(client.receive(), "");
}

TEST_F(ControlServerTest, ServesTwoHundredClientsAtOnce) {
    std::vector<std::unique_ptr<TestClient>> clients;
    for (int i = 0; i < 200; ++i)
        clients.push_back(std::make_unique<TestClient>(server.socket()));
    for (auto& client : clients)
        client->send(status_call + "\n");
    for (auto& client : clients)
        EXPECT_EQ(client->receive(), status_reply() + "\n");
}

TEST(ControlServerLimits, TurnAwayTheClientThatIsOneTooMany) {
    TestServer server({.clients = 2});
    TestClient first(server.socket());
    auto second = std::make_unique<TestClient>(server.socket());
    EXPECT_EQ(first.ask(status_call), second->ask(status_call));
    TestClient third(server.socket());
    EXPECT_EQ(third.receive(), refusal("2 clients are connected already") + "\0"s);
    EXPECT_EQ(third.receive(), "");
}

TEST(ControlServerLimits, MakeRoomWhenAClientGoesWithoutReading) {
    TestServer server({.clients = 1, .patience = 10min});
    server.steering.jobs.resize(1);
    server.steering.jobs.front().error = std::string(std::size_t{1} << 20, 'x');
    TestClient(server.socket())
        .send(R"({"method":"org.av1encd.List"})"
              "\n");
    const auto answer = status_reply_of(server) + "\n";
    // The server hears of a client's end at some turn of its loop.
    std::string reply;
    while (reply != answer) {
        TestClient next(server.socket());
        try {
            next.send(status_call + "\n");
        } catch (const Error&) {
            // Turned away already: why is still there to be read.
        }
        reply = next.receive();
        ASSERT_THAT(reply, AnyOf(answer, refusal("1 clients are connected already") + "\0"s));
    }
}

TEST_F(ControlServerTest, AClientThatGoesInMidMessageHarmsNobody) {
    TestClient other(server.socket());
    for (int i = 0; i < 50; ++i) {
        TestClient client(server.socket());
        client.send(status_call + "\n" + status_call + "\n" + status_call.substr(0, 10));
    }
    EXPECT_EQ(other.ask(status_call), status_reply());
}

TEST_F(ControlServerTest, TailSendsEachEventAsItHappens) {
    Follower follower(server, tail_call);
    auto event = event_of("a.mp4");
    for (int segment = 1; segment <= 3; ++segment) {
        event.segment = segment;
        server.in_loop([&] { steering.publish(event); });
        EXPECT_EQ(follower.receive(), reply_with(event));
    }
}

TEST_F(ControlServerTest, TailOfOneSourceLeavesTheOthersOut) {
    Follower follower(server, R"({"method":"org.av1encd.Tail","more":true,)"
                              R"("parameters":{"source":"a.mp4"}})");
    const auto mine = event_of("a.mp4");
    server.in_loop([&] {
        steering.publish(event_of("b.mp4"));
        steering.publish(mine);
    });
    EXPECT_EQ(follower.receive(), reply_with(mine));
}

TEST_F(ControlServerTest, TailGoesOnForAClientThatSendsNoMore) {
    Follower follower(server, tail_call);
    follower.shut_down_sending();
    TestClient(server.socket()).ask(status_call);
    const auto event = event_of("a.mp4");
    server.in_loop([&] { steering.publish(event); });
    EXPECT_EQ(follower.receive(), reply_with(event));
}

TEST_F(ControlServerTest, TailEndsWhenTheClientGoes) {
    std::promise<void> forgotten;
    {
        Follower follower(server, tail_call);
        server.in_loop([&] { steering.on_unsubscribe = [&] { forgotten.set_value(); }; });
    }
    forgotten.get_future().wait();
    EXPECT_EQ(steering.listeners(), 0U);
    server.in_loop([&] { steering.on_unsubscribe = [] {}; });
}

TEST(ControlServerLimits, BoundWhatWaitsForAFollowerWhoThenHearsOfIt) {
    TestServer server({.patience = 10min});
    Follower follower(server, tail_call);
    TestClient other(server.socket());
    const auto event = long_event();
    constexpr std::size_t published = std::size_t{64} << 20;
    server.in_loop([&] {
        for (std::size_t bytes = 0; bytes < published; bytes += event.message.size())
            server.steering.publish(event);
    });
    EXPECT_THAT(other.ask(status_call), HasSubstr("parameters"));
    std::size_t received = 0;
    std::string last;
    for (auto message = follower.receive(); !message.empty(); message = follower.receive()) {
        received += message.size();
        last = std::move(message);
    }
    EXPECT_EQ(last, refusal("events were missed: this client reads too slowly") + "\n");
    EXPECT_LT(received, std::size_t{1} << 20);
}

TEST(ControlServerPatience, EndsForAFollowerThatNeverReads) {
    TestServer server({.backlog_bytes = 1000, .patience = 1ms});
    std::promise<void> forgotten;
    server.steering.on_unsubscribe = [&] { forgotten.set_value(); };
    Follower follower(server, tail_call);
    const auto event = long_event();
    // More than any socket takes in: the overflow is certain however often the loop turns.
    for (int i = 0; i < 20; ++i)
        server.in_loop([&] {
            for (int j = 0; j < 1000; ++j)
                server.steering.publish(event);
        });
    forgotten.get_future().wait();
    server.in_loop([&] { server.steering.on_unsubscribe = [] {}; });
}

TEST(ControlServerPatience, EndsForAClientThatDoesNotReadALargeReply) {
    TestServer server({.patience = 1ms});
    constexpr std::size_t large = std::size_t{4} << 20;
    server.steering.jobs.resize(1);
    server.steering.jobs.front().error = std::string(large, 'x');
    TestClient client(server.socket());
    client.send(R"({"method":"org.av1encd.List"})"
                "\n");
    // Nobody listens while the reply is not read, so this waits until the connection is closed.
    EXPECT_THROW(client.send(std::string(large, ' ')), Error);
}

TEST_F(ControlServerTest, AStrangerMayLookButNotChange) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "takes root to become another user";
    std::filesystem::permissions(server.socket().parent_path(), std::filesystem::perms(0755));
    std::filesystem::permissions(server.socket(), std::filesystem::perms(0666));
    std::string looked;
    std::vector<std::string> changed;
    // The raw calls change this one thread's user, where glibc's change the whole process's.
    std::thread([&] {
        constexpr long nobody = 65534;
        ::syscall(SYS_setgroups, 0, nullptr);
        ::syscall(SYS_setresgid, nobody, nobody, nobody);
        ::syscall(SYS_setresuid, nobody, nobody, nobody);
        TestClient client(server.socket());
        looked = client.ask(status_call);
        for (const auto* method : {"Pause", "Resume", "Cancel", "Retry", "Adopt", "Reload"})
            changed.push_back(
                decode_reply(client.call(std::string("org.av1encd.") + method)).error);
    }).join();
    EXPECT_EQ(looked, status_reply());
    EXPECT_EQ(changed, std::vector<std::string>(6, "org.av1encd.NotAllowed"));
    EXPECT_THAT(steering.calls, IsEmpty());
}

TEST(ControlServer, StopsInTheMiddleOfEverything) {
    auto server = std::make_unique<TestServer>();
    TestClient idle(server->socket());
    TestClient half(server->socket());
    half.send("{\"method\":");
    TestClient endless(server->socket());
    endless.send(std::string(largest_request_bytes + 1, 'x'));
    Follower follower(*server, tail_call);
    server.reset();
    EXPECT_EQ(idle.receive(), "");
    EXPECT_EQ(follower.receive(), "");
}

} // namespace
} // namespace av1encd
