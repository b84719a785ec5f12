#include "ctl/interruption.hpp"

#include <cerrno>
#include <cstdlib>
#include <sys/signalfd.h>

namespace av1encd {

namespace {

sigset_t interrupting_signals_and(std::initializer_list<int> others) {
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        ::sigaddset(&signals, signal);
    for (const int signal : others)
        ::sigaddset(&signals, signal);
    return signals;
}

} // namespace

Interruption::Interruption(std::initializer_list<int> others) {
    const auto signals = interrupting_signals_and(others);
    ::pthread_sigmask(SIG_BLOCK, &signals, &before_);
    signals_ = UniqueFd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_) {
        const int reason = errno;
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
        throw system_error(reason, "cannot watch for signals");
    }
}

Interruption::~Interruption() {
    while (take()) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

std::optional<int> Interruption::take() {
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) != sizeof info)
        return std::nullopt;
    return static_cast<int>(info.ssi_signo);
}

void Interruption::check() {
    if (const auto signal = take())
        throw Interrupted(*signal);
}

void die_of(int signal) {
    ::signal(signal, SIG_DFL);
    sigset_t only;
    ::sigemptyset(&only);
    ::sigaddset(&only, signal);
    ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
    ::raise(signal);
    std::_Exit(EXIT_FAILURE);
}

} // namespace av1encd
