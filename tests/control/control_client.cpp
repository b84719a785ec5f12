#include "tests/control/control_client.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <future>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace av1encd {

TestClient::TestClient(const std::filesystem::path& socket)
    : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket.c_str(), sizeof address.sun_path - 1);
    const timeval minute{60, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &minute, sizeof minute);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &minute, sizeof minute);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) {
        const int reason = errno;
        ::close(socket_);
        throw system_error(reason, "cannot connect");
    }
}

TestClient::~TestClient() {
    ::close(socket_);
}

void TestClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0)
            throw system_error(errno, "cannot send");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::size_t TestClient::send_what_fits(std::string_view bytes) {
    std::size_t taken = 0;
    while (taken < bytes.size()) {
        const auto sent = ::send(socket_, bytes.data() + taken, bytes.size() - taken,
                                 MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN)
            break;
        if (sent < 0)
            throw system_error(errno, "cannot send");
        taken += static_cast<std::size_t>(sent);
    }
    return taken;
}

void TestClient::receive_bytes(std::size_t count) {
    std::string piece(count, '\0');
    if (::recv(socket_, piece.data(), count, MSG_WAITALL) != static_cast<ssize_t>(count))
        throw system_error(errno, "cannot receive");
}

void TestClient::shut_down_sending() {
    ::shutdown(socket_, SHUT_WR);
}

std::string TestClient::receive() {
    static constexpr std::string_view ends("\0\n", 2);
    for (;;) {
        const auto end = received_.find_first_of(ends);
        if (end != std::string::npos) {
            auto message = received_.substr(0, end + 1);
            received_.erase(0, end + 1);
            return message;
        }
        std::string piece(65536, '\0');
        const auto bytes = ::recv(socket_, piece.data(), piece.size(), 0);
        if (bytes < 0)
            throw system_error(errno, "cannot receive");
        if (bytes == 0)
            return std::exchange(received_, {});
        received_.append(piece, 0, static_cast<std::size_t>(bytes));
    }
}

std::string TestClient::ask(std::string message) {
    send(message += '\0');
    auto reply = receive();
    if (reply.empty() || reply.back() != '\0')
        return reply;
    reply.pop_back();
    return reply;
}

std::string TestClient::call(std::string_view method, std::string_view parameters) {
    return ask(fmt::format(R"({{"method":"{}","parameters":{}}})", method, parameters));
}

TestServer::TestServer(ControlLimits limits)
    : socket_(folder_.path() / "control.sock"),
      server_(std::make_unique<ControlServer>(io_.get_executor(), socket_, steering, limits)),
      stopping_(io_.get_executor()),
      thread_([this] { io_.run(); }) {}

TestServer::~TestServer() {
    in_loop([this] { stopping_.start(server_->stop()); });
    thread_.join();
}

std::chrono::nanoseconds TestServer::cpu_time() {
    clockid_t clock{};
    timespec time{};
    ::pthread_getcpuclockid(thread_.native_handle(), &clock);
    ::clock_gettime(clock, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

void TestServer::in_loop(const std::function<void()>& task) {
    std::promise<void> done;
    boost::asio::post(io_, [&] {
        task();
        done.set_value();
    });
    done.get_future().wait();
}

} // namespace av1encd
