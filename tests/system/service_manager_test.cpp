#include "daemon/system/service_manager.hpp"

#include "common/error.hpp"
#include "tests/support/notify_socket.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>

namespace av1encd {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::array variables = {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
                                  "LISTEN_PID",    "LISTEN_FDS",    "LISTEN_FDNAMES"};

/// A listening stream socket, as a socket unit makes one.
UniqueFd listening(const std::filesystem::path& path, int type = SOCK_STREAM) {
    UniqueFd made(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.native().copy(address.sun_path, sizeof address.sun_path - 1);
    ::bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::listen(made.get(), 8);
    return made;
}

class ServiceManagerTest : public testing::Test {
protected:
    ServiceManagerTest() { forget(); }
    ~ServiceManagerTest() override { forget(); }
    static void forget() {
        for (const auto* variable : variables)
            ::unsetenv(variable);
    }
    static void set(const char* variable, const std::string& value) {
        ::setenv(variable, value.c_str(), 1);
    }
    std::string refusal_of(std::vector<PassedSocket> passed) {
        try {
            choose_control_socket(std::move(passed));
            return "no refusal";
        } catch (const ConfigError& error) {
            return error.what();
        }
    }
    std::vector<PassedSocket> passed(const std::string& name, UniqueFd socket) {
        std::vector<PassedSocket> sockets;
        sockets.push_back({name, std::move(socket)});
        return sockets;
    }

    TemporaryFolder folder;
};

TEST_F(ServiceManagerTest, IsToldInTheWordsOfSdNotify) {
    NotifySocket socket(folder.path() / "notify");
    set("NOTIFY_SOCKET", socket.path());
    SystemServiceManager manager;
    EXPECT_TRUE(manager.listens());
    manager.extend(30s);
    EXPECT_TRUE(manager.ready());
    manager.describe("idle");
    manager.alive();
    manager.stopping();
    EXPECT_THAT(socket.heard(), ElementsAre("EXTEND_TIMEOUT_USEC=30000000", "READY=1",
                                            "STATUS=idle", "WATCHDOG=1", "STOPPING=1"));
}

TEST_F(ServiceManagerTest, TakesADescriptionForNothingElse) {
    NotifySocket socket(folder.path() / "notify");
    set("NOTIFY_SOCKET", socket.path());
    SystemServiceManager manager;
    manager.describe("a\nMAINPID=1\n");
    EXPECT_THAT(socket.heard(), ElementsAre("STATUS=a MAINPID=1 "));
}

TEST_F(ServiceManagerTest, NeedNotBeThere) {
    SystemServiceManager manager;
    EXPECT_FALSE(manager.listens());
    EXPECT_FALSE(manager.ready());
    EXPECT_EQ(manager.watchdog(), std::nullopt);
    EXPECT_FALSE(manager.take_control_socket());
    for (const auto* name : {"", "/", "relative", "/no/such/socket"}) {
        set("NOTIFY_SOCKET", name);
        EXPECT_FALSE(SystemServiceManager().listens()) << name;
    }
}

TEST_F(ServiceManagerTest, DoesNotStopTheLoopWhereItDoesNotReadWhatItIsTold) {
    NotifySocket socket(folder.path() / "notify");
    set("NOTIFY_SOCKET", socket.path());
    SystemServiceManager manager;
    int taken = 0;
    while (manager.ready())
        ++taken;
    EXPECT_GT(taken, 0);
    socket.heard();
    EXPECT_TRUE(manager.ready());
}

TEST_F(ServiceManagerTest, TellsHowOftenItHasToHearOfTheLoop) {
    set("WATCHDOG_USEC", "30000000");
    EXPECT_EQ(SystemServiceManager().watchdog(), 30s);
    set("WATCHDOG_USEC", "30000000");
    set("WATCHDOG_PID", "1"); // another process is watched
    EXPECT_EQ(SystemServiceManager().watchdog(), std::nullopt);
}

TEST_F(ServiceManagerTest, LeavesNothingOfItToChildren) {
    NotifySocket socket(folder.path() / "notify");
    set("NOTIFY_SOCKET", socket.path());
    set("WATCHDOG_USEC", "30000000");
    set("WATCHDOG_PID", std::to_string(::getpid()));
    set("LISTEN_PID", std::to_string(::getpid()));
    set("LISTEN_FDS", "0");
    set("LISTEN_FDNAMES", "");
    const SystemServiceManager manager;
    EXPECT_TRUE(manager.listens());
    for (const auto* variable : variables)
        EXPECT_EQ(::getenv(variable), nullptr) << variable;
}

/// In a process of its own: passed descriptors begin at 3, where the test has others.
int in_a_child(const std::function<bool()>& claim) {
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(claim() ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

TEST_F(ServiceManagerTest, HandsOverTheSocketThatWasPassed) {
    const auto path = folder.path() / "control.sock";
    const auto socket = listening(path);
    const auto claim = [&] {
        ::dup2(socket.get(), 3);
        set("LISTEN_PID", std::to_string(::getpid()));
        set("LISTEN_FDS", "1");
        set("LISTEN_FDNAMES", "control");
        SystemServiceManager manager;
        const auto taken = manager.take_control_socket();
        return taken && taken->get() == 3 && path_of_socket(3) == path &&
               (::fcntl(3, F_GETFD) & FD_CLOEXEC) != 0 && !manager.take_control_socket();
    };
    EXPECT_EQ(in_a_child(claim), 0);
}

TEST_F(ServiceManagerTest, TakesTheOnlySocketWhateverItsName) {
    EXPECT_FALSE(choose_control_socket({}));
    for (const auto* name : {"control", "unknown"}) {
        const auto path = folder.path() / name;
        const auto chosen = choose_control_socket(passed(name, listening(path)));
        ASSERT_TRUE(chosen);
        EXPECT_EQ(path_of_socket(chosen->get()), path);
    }
}

TEST_F(ServiceManagerTest, RefusesSocketsOfWhichItWouldServeOneOnly) {
    auto two = passed("control", listening(folder.path() / "a"));
    two.push_back({"other", listening(folder.path() / "b")});
    EXPECT_EQ(refusal_of(std::move(two)),
              "the service manager passed 2 sockets ('control', 'other'), av1encd listens on one: "
              "look at the av1encd.socket in use (systemctl cat av1encd.socket)");
}

TEST_F(ServiceManagerTest, RefusesWhatCannotBeListenedOn) {
    const auto reason = HasSubstr("the socket 'control' that the service manager passed is no "
                                  "listening stream socket");
    const auto path = folder.path() / "socket";
    EXPECT_THAT(refusal_of(passed("control", listening(path, SOCK_DGRAM))), reason);
    UniqueFd not_listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_THAT(refusal_of(passed("control", std::move(not_listening))), reason);
    UniqueFd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    EXPECT_THAT(refusal_of(passed("control", std::move(file))), reason);
}

} // namespace
} // namespace av1encd
