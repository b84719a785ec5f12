#pragma once
// One av1encd-share process and the socket to it. It inherits no descriptor but the socket, leads a
// process group of its own, and ends when the socket is closed or this process dies.

#include "common/error.hpp"
#include "common/unique_fd.hpp"
#include "daemon/pipeline/ports/share.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>

namespace av1encd {

/// It closed the socket or died.
class ShareHelperDied : public Error {
public:
    using Error::Error;
};

/// It did not answer in time.
class ShareHelperHangs : public Error {
public:
    using Error::Error;
};

class ShareHelperProcess {
public:
    /// Throws Error where the program cannot be started.
    ShareHelperProcess(const boost::asio::any_io_executor& executor,
                       const std::filesystem::path& program);

    /// `attached`: a descriptor to hand over, or none. Never waits.
    void send(const std::string& message, const UniqueFd& attached);
    /// The next message; nullopt: wait for it without limit.
    Awaitable<std::string> receive(std::optional<std::chrono::milliseconds> limit);

    pid_t pid() const { return pid_; }
    /// Readable once the process has ended; to be taken once, by who reaps it.
    UniqueFd take_pidfd() { return std::move(pidfd_); }

private:
    boost::asio::posix::stream_descriptor socket_;
    pid_t pid_ = -1;
    UniqueFd pidfd_;
};

} // namespace av1encd
