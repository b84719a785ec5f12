#pragma once
// The file that clients connect to: made, found stale and replaced, or taken over from the service
// manager.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <filesystem>
#include <optional>
#include <sys/types.h>
#include <variant>

namespace av1encd {

/// A listening socket that the service manager made; the descriptor is closed by its taker.
struct ActivatedSocket {
    int descriptor = -1;
};
/// Where to listen.
using ControlAddress = std::variant<std::filesystem::path, ActivatedSocket>;

/// A listening local stream socket. Its destruction closes it and removes the file that it made, if
/// that is still there.
class ControlSocket {
public:
    using Acceptor = boost::asio::local::stream_protocol::acceptor;

    /// A path: the folder above is made (0755) where it is missing, a socket file on which nobody
    /// answers is replaced; the new one has mode 0660 and the group `av1encd` where there is one
    /// and this process may give it away, else its own. Throws Error where another daemon answers,
    /// where something else has the name, or where the path is too long for a socket.
    ControlSocket(const boost::asio::any_io_executor& executor, const ControlAddress& address);
    ~ControlSocket();
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;

    Acceptor& acceptor() { return acceptor_; }
    /// Whose members may change things; nullopt where the socket has no file.
    std::optional<gid_t> group() const { return group_; }

private:
    void listen_at(const std::filesystem::path& path);
    void take_over(ActivatedSocket activated);

    Acceptor acceptor_;
    std::optional<gid_t> group_;
    std::filesystem::path own_file_; ///< empty: none was made
    dev_t device_ = 0;               ///< of `own_file_`, as its inode
    ino_t inode_ = 0;
};

} // namespace av1encd
