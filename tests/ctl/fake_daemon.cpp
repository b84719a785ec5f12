#include "tests/ctl/fake_daemon.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace av1encd {

FakeDaemon::FakeDaemon(Script script)
    : script_(std::move(script)),
      listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      stop_(::eventfd(0, EFD_CLOEXEC)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = socket();
    path.native().copy(address.sun_path, sizeof address.sun_path - 1);
    if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.get(), 8) != 0)
        throw system_error(errno, "cannot listen on " + path.native());
    thread_ = std::thread([this] { serve(); });
}

FakeDaemon::~FakeDaemon() {
    ::eventfd_write(stop_.get(), 1);
    thread_.join();
}

std::vector<Request> FakeDaemon::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void FakeDaemon::serve() {
    while (wait_for(listener_.get()) == Wakeup::data) {
        const UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        serve_client(client.get());
    }
}

void FakeDaemon::serve_client(int client) {
    MessageReader reader(largest_request_bytes);
    std::array<char, 4096> buffer{};
    while (wait_for(client) == Wakeup::data) {
        const auto received = ::recv(client, buffer.data(), buffer.size(), 0);
        if (received <= 0)
            return;
        reader.add(std::string_view(buffer.data(), static_cast<std::size_t>(received)));
        while (const auto message = reader.next())
            if (!answer(client, decode_request(message->text)))
                return;
    }
}

bool FakeDaemon::answer(int client, const Request& request) {
    {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
    }
    const auto replies = script_.find(request.method);
    if (replies == script_.end())
        return false;
    std::string bytes;
    for (const auto& reply : replies->second)
        bytes += framed(encode_reply(reply), MessageEnd::nul);
    return ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
}

FakeDaemon::Wakeup FakeDaemon::wait_for(int descriptor) const {
    std::array<pollfd, 2> polled{{{descriptor, POLLIN, 0}, {stop_.get(), POLLIN, 0}}};
    while (::poll(polled.data(), polled.size(), -1) < 0) { // interrupted where the user changes
    }
    return polled[1].revents != 0 ? Wakeup::stop : Wakeup::data;
}

Reply reply_of(std::string parameters) {
    Reply reply;
    reply.parameters = std::move(parameters);
    return reply;
}

Reply continued_reply_of(std::string parameters) {
    auto reply = reply_of(std::move(parameters));
    reply.continues = true;
    return reply;
}

Reply refusal_of(std::string_view error, std::string_view reason) {
    auto reply = reply_of(JsonObject().add("reason", reason).text());
    reply.error = error;
    return reply;
}

} // namespace av1encd
