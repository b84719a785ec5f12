#pragma once
// SIGINT, SIGTERM and SIGHUP as something to ask for and to wait for, so that what was begun can be
// cleared away. While one of these lives the signals are blocked in its thread and end nothing.

#include "common/error.hpp"
#include "common/unique_fd.hpp"

#include <csignal>
#include <initializer_list>
#include <optional>

namespace av1encd {

/// Thrown where work was given up because of a signal.
class Interrupted : public Error {
public:
    explicit Interrupted(int signal_number) : Error("interrupted"), signal(signal_number) {}
    int signal;
};

class Interruption {
public:
    /// `others`: signals to be told of as well.
    explicit Interruption(std::initializer_list<int> others = {});
    /// Gives the signals back as they were; one that came meanwhile and was not asked for is
    /// dropped.
    ~Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    /// Readable once a signal came.
    int descriptor() const { return signals_.get(); }
    /// The signal that came, told once; never waits.
    std::optional<int> take();
    /// Throws Interrupted if a signal came.
    void check();

private:
    sigset_t before_{};
    UniqueFd signals_;
};

/// Ends this process as the signal would have: a shell's loop then ends too.
[[noreturn]] void die_of(int signal);

} // namespace av1encd
