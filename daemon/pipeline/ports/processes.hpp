#pragma once
// The door to child processes: ffmpeg and ffprobe, each in a process group of its own.

#include "daemon/config/config.hpp"
#include "daemon/core/ffmpeg_args.hpp"
#include "daemon/core/process_outcome.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace av1encd {

template <typename T>
using Awaitable = boost::asio::awaitable<T>;

/// The files that a child may reach beside its program's own.
struct Reach {
    std::vector<std::filesystem::path> readable; ///< files, or folders with what is below them
    std::vector<std::filesystem::path> writable; ///< files; they are made where they are missing
    bool operator==(const Reach&) const = default;
};

struct ProcessRequest {
    FfmpegCommand command;
    PriorityConfig priority;
    Reach reach;
    std::optional<std::uint64_t> memory_limit; ///< in bytes of RLIMIT_DATA; nullopt: none
    /// stdout goes into this new file instead of to `on_stdout`.
    std::optional<std::filesystem::path> stdout_file;
    std::function<void(pid_t)> on_start;
    std::function<void(std::string_view)> on_stdout; ///< pieces as they come
};

/// Of all threads of a process group that still live, since their start.
struct CpuTimes {
    std::chrono::nanoseconds used{};
    std::chrono::nanoseconds waited_for{}; ///< ready to run, but others had the CPU
};

class Processes {
public:
    virtual ~Processes() = default;

    /// Runs to the end. Returns once the child is reaped and its pipes are at their end. Cancelled:
    /// the whole group is killed by SIGKILL and reaped before operation_aborted is thrown.
    virtual Awaitable<ProcessOutcome> run(ProcessRequest request) = 0;

    /// SIGSTOP to every child's group, and to those started before continue_all().
    virtual void suspend_all() = 0;
    virtual void continue_all() = 0;
    /// Children that are running or stopped now.
    virtual int running() const = 0;

    /// Kills every child, suspended or not; its run() returns an outcome that is `cleaned_up`, as
    /// do runs that begin before continue_all(). Returns how many there were, once they are gone.
    virtual Awaitable<int> clean_up() = 0;
    /// Kills the child with this pid; its run() returns an outcome with this `stall`. No effect
    /// where it is gone.
    virtual void end_stalled(pid_t pid, std::string what_was_seen) = 0;
    virtual CpuTimes cpu_times(pid_t pid) const = 0;
    /// For every thread of the child's group. The reason where the system refuses it; nullopt:
    /// done, or it is gone.
    virtual std::optional<std::string> set_priority(pid_t pid, int nice, CpuPolicy policy) = 0;
};

} // namespace av1encd
