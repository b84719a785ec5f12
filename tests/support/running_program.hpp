#pragma once
// A real program that runs beside the test. It ends with the object, and with the test's process,
// by SIGKILL.

#include "common/unique_fd.hpp"
#include "daemon/core/process_outcome.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace av1encd {

/// Root may read and write everything, whatever the modes of files say; an ordinary user may not.
enum class Rights { as_the_test, of_an_ordinary_user };

class RunningProgram {
public:
    struct Start {
        std::vector<std::string> arguments;   ///< the program first, looked for in PATH
        std::vector<std::string> environment; ///< NAME=value, over the test's own
        std::filesystem::path output;         ///< stdout and stderr are appended to it
        Rights rights = Rights::as_the_test;
    };
    /// Throws Error where there is no more process to be had; a program that cannot be run ends
    /// with exit status 127.
    explicit RunningProgram(const Start& start);
    ~RunningProgram();
    RunningProgram(const RunningProgram&) = delete;
    RunningProgram& operator=(const RunningProgram&) = delete;

    pid_t pid() const { return pid_; }
    bool is_running() const { return !outcome_; }
    /// Nothing happens to one that was reaped.
    void send(int signal) const;
    /// Waits for its end and reaps it; nullopt: it still runs after that long.
    std::optional<ProcessOutcome> wait_for_end(std::chrono::milliseconds limit);

private:
    pid_t pid_ = -1;
    UniqueFd pidfd_;
    std::optional<ProcessOutcome> outcome_;
};

} // namespace av1encd
