#include "daemon/system/share_helper_process.hpp"

#include "common/share_protocol.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <utility>

namespace av1encd {
namespace asio = boost::asio;
namespace {

void check(int error, const char* what) {
    if (error != 0)
        throw system_error(error, what);
}

/// Everything between fork and exec. posix_spawn tells of a failed exec and leaves no zombie then.
class SpawnPlan {
public:
    explicit SpawnPlan(int socket) {
        check(::posix_spawn_file_actions_init(&files_), "posix_spawn_file_actions_init");
        check(::posix_spawnattr_init(&attributes_), "posix_spawnattr_init");
        check(::posix_spawn_file_actions_addopen(&files_, 0, "/dev/null", O_RDWR, 0), "addopen");
        check(::posix_spawn_file_actions_adddup2(&files_, 0, 1), "adddup2");
        check(::posix_spawn_file_actions_adddup2(&files_, socket, share_socket_fd), "adddup2");
        check(::posix_spawn_file_actions_addclosefrom_np(&files_, share_socket_fd + 1),
              "addclosefrom");
        sigset_t signals;
        ::sigemptyset(&signals);
        check(::posix_spawnattr_setsigmask(&attributes_, &signals), "setsigmask");
        ::sigfillset(&signals);
        check(::posix_spawnattr_setsigdefault(&attributes_, &signals), "setsigdefault");
        // A group of its own: Ctrl-C in a terminal is the daemon's to handle.
        check(::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK |
                                                           POSIX_SPAWN_SETSIGDEF |
                                                           POSIX_SPAWN_SETPGROUP),
              "setflags");
    }
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&files_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    pid_t spawn(std::string program) const {
        const std::array<char*, 2> arguments = {program.data(), nullptr};
        pid_t pid = -1;
        check(
            ::posix_spawn(&pid, program.c_str(), &files_, &attributes_, arguments.data(), environ),
            fmt::format("cannot start {}", program).c_str());
        return pid;
    }

private:
    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

std::pair<UniqueFd, UniqueFd> connected_sockets() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw system_error(errno, "cannot make a socket pair for a share helper");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Awaitable<bool> readable_within(asio::posix::stream_descriptor& socket,
                                std::optional<std::chrono::milliseconds> limit) {
    using namespace asio::experimental::awaitable_operators;
    if (!limit) {
        co_await socket.async_wait(asio::posix::descriptor_base::wait_read, asio::use_awaitable);
        co_return true;
    }
    asio::steady_timer timer(socket.get_executor(), *limit);
    const auto first =
        co_await (socket.async_wait(asio::posix::descriptor_base::wait_read, asio::use_awaitable) ||
                  timer.async_wait(asio::use_awaitable));
    co_return first.index() == 0;
}

} // namespace

ShareHelperProcess::ShareHelperProcess(const asio::any_io_executor& executor,
                                       const std::filesystem::path& program)
    : socket_(executor) {
    auto [ours, theirs] = connected_sockets();
    socket_.assign(ours.release());
    pid_ = SpawnPlan(theirs.get()).spawn(program);
    // glibc 2.36 declares pidfd_open() without C linkage.
    pidfd_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (!pidfd_) {
        const int error = errno;
        ::kill(pid_, SIGKILL); // it was asked nothing yet, so nothing can hold it back
        ::waitpid(pid_, nullptr, 0);
        throw system_error(error, "cannot watch over a share helper");
    }
}

void ShareHelperProcess::send(const std::string& message, const UniqueFd& attached) {
    iovec text{const_cast<char*>(message.data()), message.size()};
    msghdr packet{};
    packet.msg_iov = &text;
    packet.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    if (attached) {
        packet.msg_control = control.data();
        packet.msg_controllen = control.size();
        cmsghdr* header = CMSG_FIRSTHDR(&packet);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        const int fd = attached.get();
        std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    if (::sendmsg(socket_.native_handle(), &packet, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
        return;
    if (errno == EAGAIN)
        throw ShareHelperHangs("a share helper does not read what it is sent");
    throw ShareHelperDied("a share helper has ended");
}

Awaitable<std::string> ShareHelperProcess::receive(std::optional<std::chrono::milliseconds> limit) {
    std::string message(max_share_message_bytes, '\0');
    for (;;) {
        const auto bytes =
            ::recv(socket_.native_handle(), message.data(), message.size(), MSG_DONTWAIT);
        if (bytes > 0) {
            message.resize(static_cast<std::size_t>(bytes));
            co_return message;
        }
        if (bytes == 0 || (errno != EAGAIN && errno != EINTR))
            throw ShareHelperDied("a share helper has ended");
        if (!co_await readable_within(socket_, limit))
            throw ShareHelperHangs("a share helper does not answer");
    }
}

} // namespace av1encd
