#pragma once
// One child process in a process group of its own, its stdout and stderr as descriptors to read.
//
// The child gets /dev/null as stdin, no other descriptor of ours, no blocked or ignored signal, no
// core dump, of our environment only what programs in general go by, and dies with the thread that
// started it: start children from the loop's thread only.
// Whoever drops a ChildProcess that was not ended kills its group and waits for it, blocking: end()
// does the same without.

#include "common/unique_fd.hpp"
#include "daemon/config/config.hpp"
#include "daemon/system/confinement.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace av1encd {

struct ChildCommand {
    std::filesystem::path executable;     ///< absolute
    std::vector<std::string> arguments;   ///< without the program's name
    std::vector<std::string> environment; ///< NAME=value, beside what it has of the daemon's own
    PriorityConfig priority;              ///< as far as the system permits
    /// stdout goes into this new file; out() is closed then.
    std::optional<std::filesystem::path> stdout_file;
    std::optional<ConfinementWishes> confinement; ///< nullopt: it may do what we may
};

struct ChildEnd {
    int wait_status = 0; ///< as wait(2) gives it
    std::chrono::milliseconds cpu_time{};
    std::uint64_t peak_memory_bytes = 0;
};

class ChildProcess {
public:
    /// Throws Error with the reason where it cannot be started; nothing is left of it then.
    ChildProcess(const boost::asio::any_io_executor& executor, const ChildCommand& command);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    pid_t pid() const { return pid_; }
    boost::asio::posix::stream_descriptor& out() { return out_; }
    boost::asio::posix::stream_descriptor& err() { return err_; }

    /// To every process of the group. Without effect after end().
    void signal_group(int signal) const;

    /// Until the child itself has exited; others of its group may live on. Cancelled: throws
    /// operation_aborted.
    boost::asio::awaitable<void> exited();

    /// Kills what is left of the group and reaps the child; not to be cancelled.
    boost::asio::awaitable<ChildEnd> end();

private:
    void watch(const ChildCommand& command, UniqueFd out, UniqueFd err);
    ChildEnd reap();

    pid_t pid_ = -1; ///< -1: reaped
    boost::asio::posix::stream_descriptor pidfd_;
    boost::asio::posix::stream_descriptor out_;
    boost::asio::posix::stream_descriptor err_;
};

} // namespace av1encd
