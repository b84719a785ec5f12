// Clients that would cost the daemon memory, time or descriptors: they do not, and nobody else
// notices.

#include "common/protocol.hpp"
#include "tests/control/control_client.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
// g++ 12 brings the function without its header.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace av1encd {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::HasSubstr;

const std::string status_call = R"({"method":"org.av1encd.Status"})";
const std::string list_call = R"({"method":"org.av1encd.List"})";
const std::string tail_call = R"({"method":"org.av1encd.Tail","more":true})";

class UnfriendlyClients : public testing::Test {
protected:
    explicit UnfriendlyClients(ControlLimits limits = {}) : server(limits) {}

    std::string status_reply() const {
        return R"({"parameters":)" + to_json(server.steering.status_now) + "}";
    }
    /// The length of a reply to List, about.
    void make_lists_large(std::size_t bytes) {
        server.in_loop([&] {
            steering.jobs.resize(1);
            steering.jobs.front().error = std::string(bytes, 'x');
        });
    }
    std::size_t calls() {
        std::size_t count = 0;
        server.in_loop([&] { count = steering.calls.size(); });
        return count;
    }
    void wait_for_calls(std::size_t count) {
        while (calls() < count) {
        }
    }
    std::size_t listeners() {
        std::size_t count = 0;
        server.in_loop([&] { count = steering.listeners(); });
        return count;
    }

    TestServer server;
    FakeSteering& steering = server.steering;
};

class ImpatientServer : public UnfriendlyClients {
protected:
    ImpatientServer() : UnfriendlyClients({.patience = 1ms}) {}
};

TEST_F(UnfriendlyClients, AreTurnedAwayAfterThe256thAndTheOthersAllAnswered) {
    std::vector<std::unique_ptr<TestClient>> clients;
    for (int i = 0; i < 256; ++i)
        clients.push_back(std::make_unique<TestClient>(server.socket()));
    TestClient one_too_many(server.socket());
    EXPECT_THAT(one_too_many.receive(), HasSubstr("256 clients are connected already"));
    for (auto& client : clients)
        client->send(status_call + "\n");
    for (auto& client : clients)
        EXPECT_EQ(client->receive(), status_reply() + "\n");
}

TEST_F(ImpatientServer, WaitsForACallThatComesByteByByteAndServesOthersMeanwhile) {
    TestClient slow(server.socket());
    TestClient other(server.socket());
    for (const char byte : status_call) {
        slow.send({&byte, 1});
        // Longer than its patience with those who do not read.
        const auto until = std::chrono::steady_clock::now() + 2ms;
        while (std::chrono::steady_clock::now() < until)
            EXPECT_EQ(other.ask(status_call), status_reply());
    }
    EXPECT_EQ(slow.ask(""), status_reply());
}

TEST_F(ImpatientServer, DoesNotHoldALargeCallThatIsNeverWhole) {
    TestClient client(server.socket());
    try {
        client.send(std::string(100'000, ' '));
    } catch (const Error&) {
        // Its end came while this was being sent.
    }
    EXPECT_EQ(client.receive(), "");
}

TEST_F(UnfriendlyClients, MayStopInTheMiddleOfALargeCall) {
    TestClient client(server.socket());
    client.send(status_call + "\n" + std::string(100'000, ' '));
    client.shut_down_sending();
    EXPECT_EQ(client.receive(), status_reply() + "\n");
    EXPECT_EQ(client.receive(), "");
}

TEST_F(UnfriendlyClients, MaySendALargeCallInPieces) {
    TestClient client(server.socket());
    const std::string piece(70'000, ' ');
    for (int i = 0; i < 5; ++i) {
        client.send(piece);
        TestClient(server.socket()).ask(status_call);
    }
    EXPECT_EQ(client.ask(status_call), status_reply());
}

TEST_F(UnfriendlyClients, MayVanishInTheMiddleOfAReply) {
    make_lists_large(std::size_t{1} << 20);
    TestClient other(server.socket());
    for (std::size_t i = 1; i <= 50; ++i) {
        TestClient client(server.socket());
        client.send(list_call + "\n" + list_call + "\n");
        client.receive_bytes(1000);
        EXPECT_EQ(other.ask(status_call), status_reply());
    }
    // Every one of them has gone: there is room for as many as at first.
    std::vector<std::unique_ptr<TestClient>> clients;
    while (clients.size() < 255) {
        auto client = std::make_unique<TestClient>(server.socket());
        try {
            if (client->ask(status_call) == status_reply())
                clients.push_back(std::move(client));
        } catch (const Error&) {
            // Turned away already, as the server has not heard of every end yet.
        }
    }
}

TEST_F(UnfriendlyClients, AreNotListenedToWhileTheyDoNotRead) {
    constexpr std::size_t asked = 50;
    make_lists_large(500'000);
    TestClient client(server.socket());
    for (std::size_t i = 0; i < asked; ++i)
        client.send(list_call + "\n");
    wait_for_calls(1);
    TestClient other(server.socket());
    for (int turn = 0; turn < 500; ++turn)
        EXPECT_EQ(other.ask(status_call), status_reply());
    EXPECT_LE(calls(), 2U) << "what fits into the socket, and the one that is being written";
    // And what they send then waits in the socket, not in the daemon.
    const std::string flood(std::size_t{16} << 20, ' ');
    EXPECT_LT(client.send_what_fits(flood), std::size_t{4} << 20);
    EXPECT_LE(calls(), 2U);
    for (std::size_t i = 0; i < asked; ++i)
        EXPECT_GT(client.receive().size(), 500'000U);
    EXPECT_EQ(calls(), asked);
}

/// Resident, or where the address sanitizer keeps what was given back, what is allocated.
std::size_t memory_in_use() {
#if defined(__SANITIZE_ADDRESS__)
    return ::__sanitizer_get_current_allocated_bytes();
#else
    std::size_t all = 0;
    std::size_t resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
#endif
}

TEST(UnfriendlyFollowers, CostNoMemoryHoweverManyEventsTheyDoNotRead) {
    TestServer server({.patience = 10min});
    std::vector<std::unique_ptr<TestClient>> followers;
    for (int i = 0; i < 50; ++i) {
        followers.push_back(std::make_unique<TestClient>(server.socket()));
        followers.back()->send(tail_call + "\n");
    }
    for (std::size_t listeners = 0; listeners < followers.size();)
        server.in_loop([&] { listeners = server.steering.listeners(); });
    EventStatus event;
    event.message = std::string(1000, 'x');
    const auto before = memory_in_use();
    TestClient other(server.socket());
    for (int i = 0; i < 200; ++i) {
        server.in_loop([&] {
            for (int j = 0; j < 100; ++j)
                server.steering.publish(event);
        });
        EXPECT_THAT(other.ask(status_call), HasSubstr("parameters"));
    }
    // 50 times what waits (256 KiB), what is being sent (as much), and some for all the rest;
    // 20000 events of 1 kB would come to 1 GB.
    EXPECT_LT(memory_in_use() - std::min(before, memory_in_use()), std::size_t{80} << 20);
}

TEST(UnreadReplies, AreBoundedForAllClientsTogether) {
    TestServer server({.unread_bytes = 1'000'000, .patience = 10min});
    server.steering.jobs.resize(1);
    server.steering.jobs.front().error = std::string(900'000, 'x');
    TestClient first(server.socket());
    first.send(list_call + "\n");
    std::size_t calls = 0;
    while (calls == 0)
        server.in_loop([&] { calls = server.steering.calls.size(); });
    TestClient second(server.socket());
    EXPECT_THAT(second.ask(list_call), HasSubstr("too many large replies wait for clients"));
    EXPECT_THAT(second.ask(status_call), HasSubstr("parameters"));
    EXPECT_GT(first.receive().size(), 900'000U);
    std::string reply;
    while (reply.size() < 900'000)
        reply = second.ask(list_call);
}

TEST_F(UnfriendlyClients, GetNoEventsWhereTheyWantNoReply) {
    TestClient client(server.socket());
    client.send(R"({"method":"org.av1encd.Tail","more":true,"oneway":true})"
                "\n"
                R"({"method":"org.av1encd.Tail","oneway":true})"
                "\n");
    EXPECT_EQ(client.ask(status_call), status_reply());
    EXPECT_EQ(listeners(), 0U);
}

TEST_F(UnfriendlyClients, GetOneReplyWhereMoreMakesNoSense) {
    TestClient client(server.socket());
    EXPECT_EQ(client.ask(R"({"method":"org.av1encd.Status","more":true})"), status_reply());
    EXPECT_EQ(client.ask(status_call), status_reply());
}

TEST_F(UnfriendlyClients, AreSlowedWhereTheyFloodWithBadCalls) {
    constexpr int flood = 5000;
    // A thousand at once, then one in 50 us times the parts: one of them is for clients.
    constexpr auto at_least = (flood - 1000 - 1) * 200us;
    const auto begun = std::chrono::steady_clock::now();
    TestClient other(server.socket());
    TestClient client(server.socket());
    for (int i = 0; i < flood; ++i)
        EXPECT_THAT(client.ask("{no json"), HasSubstr("the message is not JSON"));
    EXPECT_GE(std::chrono::steady_clock::now() - begun, at_least);
    EXPECT_EQ(other.ask(status_call), status_reply());
}

TEST(UnfriendlyFollowers, AreSlowedWhereTheyFloodTheDaemonThatTheyListenTo) {
    TestServer server;
    TestClient client(server.socket());
    client.send(tail_call + "\n");
    for (std::size_t listeners = 0; listeners == 0;)
        server.in_loop([&] { listeners = server.steering.listeners(); });
    constexpr std::size_t flood = std::size_t{32} << 20;
    const auto begun = std::chrono::steady_clock::now();
    client.send(std::string(flood, 'x'));
    // Less what came at once and what lies in the socket.
    const auto paced =
        (flood - (std::size_t{8} << 20)) * ClientPace::cost_of_a_byte * ClientPace::parts;
    EXPECT_GE(std::chrono::steady_clock::now() - begun, paced);
}

/// Every descriptor of the process but one is in use.
class NoDescriptors {
public:
    NoDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        rlimit few = before_;
        few.rlim_cur = std::min<rlim_t>(before_.rlim_cur, 128);
        ::setrlimit(RLIMIT_NOFILE, &few);
        for (int made = 0; (made = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;)
            made_.push_back(made);
        ::close(made_.back());
        made_.pop_back();
    }
    ~NoDescriptors() {
        for (const int made : made_)
            ::close(made);
        ::setrlimit(RLIMIT_NOFILE, &before_);
    }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

private:
    rlimit before_{};
    std::vector<int> made_;
};

TEST_F(UnfriendlyClients, WaitWhereThereAreNoDescriptorsForThem) {
    TestClient served(server.socket());
    EXPECT_EQ(served.ask(status_call), status_reply());
    std::unique_ptr<TestClient> waiting;
    {
        const NoDescriptors none;
        waiting = std::make_unique<TestClient>(server.socket());
        waiting->send(status_call + "\n");
        const auto cpu = server.cpu_time();
        std::this_thread::sleep_for(400ms); // what is measured: a loop that spins uses all of it
        EXPECT_LT(server.cpu_time() - cpu, 200ms);
        EXPECT_EQ(served.ask(status_call), status_reply());
    }
    EXPECT_EQ(waiting->receive(), status_reply() + "\n");
}

} // namespace
} // namespace av1encd
