#pragma once
// A server with a fake daemon behind it, in a temporary folder and a thread of its own, and clients
// as simple as a socket.

#include "daemon/control/control_server.hpp"
#include "tests/control/fake_steering.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace av1encd {

/// A blocking connection. Whatever does not come within a minute throws.
class TestClient {
public:
    explicit TestClient(const std::filesystem::path& socket);
    ~TestClient();
    TestClient(const TestClient&) = delete;
    TestClient& operator=(const TestClient&) = delete;

    void send(std::string_view bytes);
    /// How much of it the connection takes without waiting.
    std::size_t send_what_fits(std::string_view bytes);
    void shut_down_sending();
    /// The next message with its end; empty at the end of all.
    std::string receive();
    /// So many bytes of what comes; the rest of the message stays.
    void receive_bytes(std::size_t count);
    /// Sends a message ended by NUL and receives one, whose NUL is left out.
    std::string ask(std::string message);
    /// Calls without parameters of its own.
    std::string call(std::string_view method, std::string_view parameters = "{}");

private:
    int socket_ = -1;
    std::string received_;
};

/// Ends by stopping the server and letting the loop run empty.
class TestServer {
public:
    explicit TestServer(ControlLimits limits = {});
    ~TestServer();
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;

    const std::filesystem::path& socket() const { return socket_; }
    /// Runs it in the loop's thread and waits for its end.
    void in_loop(const std::function<void()>& task);
    /// CPU time that the loop's thread has used.
    std::chrono::nanoseconds cpu_time();

    FakeSteering steering;

private:
    TemporaryFolder folder_;
    std::filesystem::path socket_;
    boost::asio::io_context io_;
    std::unique_ptr<ControlServer> server_;
    CoroutineScope stopping_;
    std::thread thread_;
};

} // namespace av1encd
