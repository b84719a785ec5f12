#include "ctl/control_client.hpp"

#include "common/source_text.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <grp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

namespace av1encd {

namespace {

std::string quoted(const std::filesystem::path& path) {
    return "'" + source_for_display(path.native()) + "'";
}

/// The group that may use the socket, where that can be seen.
std::string socket_group(const std::filesystem::path& path) {
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0)
        return "av1encd";
    const auto* group = ::getgrgid(file.st_gid);
    return group == nullptr ? std::to_string(file.st_gid) : group->gr_name;
}

DaemonUnreachable cannot_connect(int reason, const std::filesystem::path& path) {
    switch (reason) {
    case EACCES:
    case EPERM:
        return DaemonUnreachable(
            fmt::format("this user may not open the control socket {}: ask for membership in the "
                        "group '{}', or use sudo",
                        quoted(path), socket_group(path)));
    case ECONNREFUSED:
        return DaemonUnreachable(fmt::format(
            "nobody answers at the control socket {}: av1encd is not running any more; start it, "
            "'systemctl start av1encd'",
            quoted(path)));
    case ENOENT:
    case ENOTDIR:
        return DaemonUnreachable(fmt::format(
            "there is no control socket {}: start av1encd, 'systemctl start av1encd', or name the "
            "socket it uses with --socket",
            quoted(path)));
    default:
        return DaemonUnreachable(fmt::format("cannot connect to the control socket {}: {}",
                                             quoted(path), std::strerror(reason)));
    }
}

sockaddr_un address_of(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto& name = path.native();
    if (name.empty() || name.size() >= sizeof address.sun_path)
        throw DaemonUnreachable(fmt::format("{} cannot be a control socket: its path has {} bytes, "
                                            "a socket's has 1 to {}",
                                            quoted(path), name.size(),
                                            sizeof address.sun_path - 1));
    std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
    return address;
}

/// "Status" -> "org.av1encd.Status".
std::string full_name(const std::string& method) {
    return method.find('.') == std::string::npos ? fmt::format("{}.{}", control_interface, method)
                                                 : method;
}

bool is_error(short revents) {
    return (revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
}

} // namespace

ControlClient::ControlClient(std::filesystem::path socket, std::chrono::milliseconds patience)
    : path_(std::move(socket)),
      patience_(patience),
      socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (!socket_)
        throw system_error(errno, "cannot make a socket");
    const auto address = address_of(path_);
    // Holds for connect() as well, which waits where the daemon accepts nobody.
    const auto seconds = std::chrono::floor<std::chrono::seconds>(patience_);
    const std::chrono::microseconds rest = patience_ - seconds;
    const timeval limit{seconds.count(), static_cast<suseconds_t>(rest.count())};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return;
    if (errno == EAGAIN)
        throw did_not_answer();
    throw cannot_connect(errno, path_);
}

std::string ControlClient::call(const std::string& method, const Arguments& arguments) {
    send(method, arguments, false);
    while (true) {
        if (auto reply = next_reply())
            return reply->parameters;
        wait_for_data();
        receive();
    }
}

void ControlClient::follow(const std::string& method, const Arguments& arguments,
                           Interruption& interruption, int output,
                           const std::function<void(const std::string&)>& hear) {
    send(method, arguments, true);
    while (true) {
        while (auto reply = next_reply()) {
            hear(reply->parameters);
            if (!reply->continues)
                return;
        }
        if (wait_for_data_or_end(interruption, output) == Wakeup::over)
            return;
        receive();
    }
}

DaemonUnreachable ControlClient::did_not_answer() const {
    return DaemonUnreachable(
        fmt::format("av1encd at {} did not answer within {} s: it hangs or is stopped; "
                    "'systemctl status av1encd' tells",
                    quoted(path_), std::chrono::duration<double>(patience_).count()));
}

void ControlClient::send(const std::string& method, const Arguments& arguments, bool more) {
    const Request request{.method = full_name(method), .arguments = arguments, .more = more};
    const auto bytes = framed(encode_request(request), MessageEnd::nul);
    std::string_view left = bytes;
    while (!left.empty()) {
        const auto sent = ::send(socket_.get(), left.data(), left.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        // What the daemon said before it closed the connection can still be received.
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
            return;
        if (sent < 0)
            throw did_not_answer();
        left.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::optional<Reply> ControlClient::next_reply() {
    const auto message = reader_.next();
    if (!message)
        return std::nullopt;
    if (message->too_long)
        throw Error(
            fmt::format("the answer of av1encd is longer than {} MiB", largest_reply_bytes >> 20));
    auto reply = decode_reply(message->text);
    if (!reply.error.empty())
        throw RefusedByDaemon(reply.reason);
    return reply;
}

std::optional<Reply> ControlClient::take_reply() {
    while (true) {
        if (auto reply = next_reply())
            return reply;
        if (receive(MSG_DONTWAIT) == Received::nothing)
            return std::nullopt;
    }
}

ControlClient::Received ControlClient::receive(int flags) {
    std::array<char, 65536> buffer{};
    const auto received = ::recv(socket_.get(), buffer.data(), buffer.size(), flags);
    if (received < 0 && (errno == EINTR || errno == EAGAIN))
        return Received::nothing;
    if (received <= 0)
        throw DaemonUnreachable(
            fmt::format("av1encd at {} closed the connection: it has stopped, or refuses "
                        "more clients; 'systemctl status av1encd' tells",
                        quoted(path_)));
    reader_.add(std::string_view(buffer.data(), static_cast<std::size_t>(received)));
    return Received::something;
}

void ControlClient::wait_for_data() const {
    pollfd socket{socket_.get(), POLLIN, 0};
    int ready = -1;
    while (ready < 0) {
        ready = ::poll(&socket, 1, static_cast<int>(patience_.count()));
        if (ready < 0 && errno != EINTR)
            throw system_error(errno, "cannot wait for the answer of av1encd");
    }
    if (ready == 0)
        throw did_not_answer();
}

ControlClient::Wakeup ControlClient::wait_for_data_or_end(const Interruption& interruption,
                                                          int output) const {
    // No event is asked of the output: that its reader has gone is told unasked.
    std::array<pollfd, 3> polled{
        {{socket_.get(), POLLIN, 0}, {interruption.descriptor(), POLLIN, 0}, {output, 0, 0}}};
    while (::poll(polled.data(), polled.size(), -1) < 0)
        if (errno != EINTR)
            throw system_error(errno, "cannot wait for events");
    const bool over = polled[1].revents != 0 || is_error(polled[2].revents);
    return over ? Wakeup::over : Wakeup::data;
}

} // namespace av1encd
