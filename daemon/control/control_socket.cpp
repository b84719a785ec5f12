#include "daemon/control/control_socket.hpp"

#include "common/error.hpp"
#include "common/unique_fd.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace av1encd {

namespace asio = boost::asio;

namespace {

constexpr const char* clients_group = "av1encd";
constexpr mode_t socket_mode = 0660;

sockaddr_un address_of(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto& name = path.native();
    if (name.size() >= sizeof address.sun_path)
        throw Error(fmt::format("cannot listen on '{}': the path has {} bytes, a socket's has at "
                                "most {}; set a shorter control_socket",
                                name, name.size(), sizeof address.sun_path - 1));
    std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
    return address;
}

Error cannot_listen(int errno_value, const std::filesystem::path& path) {
    return system_error(errno_value, fmt::format("cannot listen on '{}'", path.native()));
}

UniqueFd new_socket() {
    UniqueFd made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!made)
        throw system_error(errno, "cannot make the control socket");
    return made;
}

const sockaddr* generic(const sockaddr_un* address) {
    return reinterpret_cast<const sockaddr*>(address);
}

sockaddr* generic(sockaddr_un* address) {
    return reinterpret_cast<sockaddr*>(address);
}

void make_folder_above(const std::filesystem::path& path) {
    const auto folder = path.parent_path();
    if (!folder.empty() && ::mkdir(folder.c_str(), 0755) < 0 && errno != EEXIST)
        throw system_error(errno, fmt::format("cannot make the folder '{}' of the control socket",
                                              folder.native()));
}

enum class Answer { nobody, somebody };

// EAGAIN is somebody too: one whose queue of connections is full.
Answer knock(const sockaddr_un& address) {
    const auto probe = new_socket();
    if (::connect(probe.get(), generic(&address), sizeof address) == 0)
        return Answer::somebody;
    return errno == ECONNREFUSED || errno == ENOENT ? Answer::nobody : Answer::somebody;
}

void remove_stale(const sockaddr_un& address) {
    const char* path = address.sun_path;
    struct stat file {};
    if (::lstat(path, &file) < 0)
        return;
    if (!S_ISSOCK(file.st_mode))
        throw Error(fmt::format("cannot listen on '{}': it is there and is no socket; remove it or "
                                "set another control_socket",
                                path));
    if (knock(address) == Answer::somebody)
        throw Error(fmt::format("cannot listen on '{}': another av1encd answers there; stop it or "
                                "set another control_socket",
                                path));
    if (::unlink(path) < 0 && errno != ENOENT)
        throw system_error(errno, fmt::format("cannot remove the stale socket '{}'", path));
}

// Who may not give the file away keeps its own group: then that group's members are the ones asked.
void open_to_clients(const char* path) {
    if (const auto* group = ::getgrnam(clients_group);
        group != nullptr && ::lchown(path, static_cast<uid_t>(-1), group->gr_gid) < 0 &&
        errno != EPERM)
        throw system_error(errno,
                           fmt::format("cannot give '{}' to the group '{}'", path, clients_group));
    if (::chmod(path, socket_mode) < 0)
        throw system_error(errno, fmt::format("cannot open '{}' to its group", path));
}

} // namespace

ControlSocket::ControlSocket(const asio::any_io_executor& executor, const ControlAddress& address)
    : acceptor_(executor) {
    if (const auto* path = std::get_if<std::filesystem::path>(&address))
        listen_at(*path);
    else
        take_over(std::get<ActivatedSocket>(address));
}

ControlSocket::~ControlSocket() {
    struct stat file {};
    const bool is_own = !own_file_.empty() && ::lstat(own_file_.c_str(), &file) == 0 &&
                        file.st_dev == device_ && file.st_ino == inode_;
    if (is_own)
        ::unlink(own_file_.c_str());
}

void ControlSocket::listen_at(const std::filesystem::path& path) {
    const auto address = address_of(path);
    make_folder_above(path);
    remove_stale(address);
    acceptor_.assign(asio::local::stream_protocol(), new_socket().release());
    const int made = acceptor_.native_handle();
    // The file takes its mode from the socket's: nobody else gets in before the group is right.
    if (::fchmod(made, S_IRUSR | S_IWUSR) < 0 ||
        ::bind(made, generic(&address), sizeof address) < 0)
        throw cannot_listen(errno, path);
    open_to_clients(address.sun_path);
    struct stat file {};
    if (::listen(made, SOMAXCONN) < 0 || ::lstat(address.sun_path, &file) < 0)
        throw cannot_listen(errno, path);
    own_file_ = path;
    device_ = file.st_dev;
    inode_ = file.st_ino;
    group_ = file.st_gid;
}

void ControlSocket::take_over(ActivatedSocket activated) {
    sockaddr_un address{};
    socklen_t bytes = sizeof address;
    if (::getsockname(activated.descriptor, generic(&address), &bytes) < 0)
        throw system_error(errno, "cannot use the control socket that the service manager passed");
    acceptor_.assign(asio::local::stream_protocol(), activated.descriptor);
    struct stat file {};
    if (address.sun_path[0] != '\0' && ::stat(address.sun_path, &file) == 0)
        group_ = file.st_gid;
}

} // namespace av1encd
