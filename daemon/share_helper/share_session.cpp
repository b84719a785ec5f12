#include "daemon/share_helper/share_session.hpp"

#include "daemon/share_helper/share_requests.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace av1encd {
namespace {

// A copy of many files into to_assign is told of once it pauses, or now and then while it does not.
constexpr auto quiet_time = std::chrono::milliseconds(100);
constexpr int most_quiet_times = 10;

struct Packet {
    std::string text;
    UniqueFd attached;
};

UniqueFd descriptor_in(msghdr& message) {
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header == nullptr || header->cmsg_type != SCM_RIGHTS)
        return {};
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return UniqueFd(fd);
}

/// nullopt: the daemon has closed the socket.
std::optional<Packet> receive(int socket) {
    Packet packet{std::string(max_share_message_bytes, '\0'), {}};
    iovec text{packet.text.data(), packet.text.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &text;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto bytes = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (bytes < 0 && errno != ECONNRESET)
        throw system_error(errno, "cannot receive from av1encd");
    if (bytes <= 0)
        return std::nullopt;
    packet.attached = descriptor_in(message);
    packet.text.resize(static_cast<std::size_t>(bytes));
    return packet;
}

void send(int socket, const Numbered<ShareAnswer>& answer) {
    const auto text = encode(answer);
    if (::send(socket, text.data(), text.size(), MSG_NOSIGNAL) < 0)
        throw system_error(errno, "cannot answer av1encd");
}

/// -1 as descriptor is never ready; a negative timeout has no end.
struct Ready {
    bool request = false;
    bool change = false;
};
Ready wait(int socket, int changes, std::chrono::milliseconds timeout) {
    std::array<pollfd, 2> waiting = {pollfd{socket, POLLIN, 0}, pollfd{changes, POLLIN, 0}};
    if (::poll(waiting.data(), waiting.size(), static_cast<int>(timeout.count())) < 0)
        throw system_error(errno, "cannot wait for av1encd");
    return {waiting[0].revents != 0, waiting[1].revents != 0};
}

/// Returns after a change, or when the next request is there.
void wait_for_change(int socket, const ShareRequests& requests) {
    const auto changes = requests.changes_fd();
    if (!changes || wait(socket, *changes, std::chrono::milliseconds(-1)).request)
        return;
    FolderWatch::drain(*changes);
    for (int times = 0; times < most_quiet_times; ++times) {
        const auto ready = wait(socket, *changes, quiet_time);
        if (ready.request || !ready.change)
            return;
        FolderWatch::drain(*changes);
    }
}

} // namespace

void serve_share(int socket, const TreeSurroundings& surroundings) {
    std::uint64_t number = 0;
    ShareRequests requests(surroundings, [&](const ShareAnswer& part) {
        send(socket, {number, part});
    });
    while (auto packet = receive(socket)) {
        const auto request = decode_share_request(packet->text);
        number = request.number;
        if (std::holds_alternative<WatchSources>(request.body))
            wait_for_change(socket, requests);
        send(socket, {number, requests.answer(request.body, packet->attached)});
    }
}

} // namespace av1encd
