#include "tests/ctl/fake_daemon.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace av1encd {

namespace {

bool send_to(int socket, const std::string& bytes) {
    return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
}

} // namespace

FakeDaemon::FakeDaemon(Script script) : FakeDaemon(std::move(script), {}) {}

FakeDaemon::FakeDaemon(Script script, std::filesystem::path socket)
    : socket_(socket.empty() ? folder_.path() / "control.sock" : std::move(socket)),
      listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      stop_(::eventfd(0, EFD_CLOEXEC)),
      script_(std::move(script)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket_.native().copy(address.sun_path, sizeof address.sun_path - 1);
    ::unlink(socket_.c_str());
    if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.get(), 8) != 0)
        throw system_error(errno, "cannot listen on " + socket_.native());
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

bool FakeDaemon::was_asked(std::string_view method) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(requests_.begin(), requests_.end(),
                       [&](const Request& request) { return request.method == method; });
}

void FakeDaemon::answer_with(const std::string& method, std::vector<Reply> replies) {
    const std::lock_guard lock(mutex_);
    script_[method] = std::move(replies);
}

void FakeDaemon::tell(const std::string& method, const Reply& reply) {
    const std::lock_guard lock(mutex_);
    for (const auto& client : clients_)
        if (client.follows.contains(method))
            send_to(client.socket.get(), framed(encode_reply(reply), MessageEnd::nul));
}

void FakeDaemon::serve() {
    while (true) {
        std::vector<pollfd> polled{{stop_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
        for (const auto& client : clients_) // this thread alone adds and removes them
            polled.push_back({client.socket.get(), POLLIN, 0});
        while (::poll(polled.data(), polled.size(), -1) < 0) { // interrupted: the user changes
        }
        if (polled[0].revents != 0)
            return;
        const std::lock_guard lock(mutex_);
        auto next = clients_.begin();
        for (std::size_t at = 2; at < polled.size(); ++at) {
            const auto client = next++;
            if (polled[at].revents != 0 && serve(*client) == Then::close)
                clients_.erase(client);
        }
        if (polled[1].revents != 0)
            take_client();
    }
}

void FakeDaemon::take_client() {
    Client client;
    client.socket = UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    clients_.push_back(std::move(client));
}

FakeDaemon::Then FakeDaemon::serve(Client& client) {
    std::array<char, 4096> buffer{};
    const auto received = ::recv(client.socket.get(), buffer.data(), buffer.size(), 0);
    if (received <= 0)
        return Then::close;
    client.reader.add(std::string_view(buffer.data(), static_cast<std::size_t>(received)));
    while (const auto message = client.reader.next())
        if (answer(client, decode_request(message->text)) == Then::close)
            return Then::close;
    return Then::go_on;
}

FakeDaemon::Then FakeDaemon::answer(Client& client, const Request& request) {
    requests_.push_back(request);
    const auto replies = script_.find(request.method);
    if (replies == script_.end())
        return Then::close;
    if (request.more)
        client.follows.insert(request.method);
    std::string bytes;
    for (const auto& reply : replies->second)
        bytes += framed(encode_reply(reply), MessageEnd::nul);
    return send_to(client.socket.get(), bytes) ? Then::go_on : Then::close;
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
