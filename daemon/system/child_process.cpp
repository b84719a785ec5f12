#include "daemon/system/child_process.hpp"

#include "common/error.hpp"
#include "daemon/system/io_priority.hpp"
#include "daemon/system/process_priority.hpp"

// Boost.Process 1.81 forgets these where it uses std::filesystem.
#include <boost/optional.hpp>
#include <boost/type_traits.hpp>
#include <boost/utility/string_view.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/process/v2/default_launcher.hpp>
#include <boost/process/v2/process.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace av1encd {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

using Launcher = boost::process::v2::default_process_launcher;

struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

Error cannot_start(const ChildCommand& command, int errno_value) {
    return system_error(errno_value, "cannot start " + command.executable.filename().string());
}

Pipe make_pipe(const ChildCommand& command) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw cannot_start(command, errno);
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

UniqueFd open_null(const ChildCommand& command) {
    UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null)
        throw cannot_start(command, errno);
    return null;
}

UniqueFd make_stdout_file(const ChildCommand& command) {
    const auto& path = *command.stdout_file;
    UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
    if (!file)
        throw system_error(errno,
                           fmt::format("cannot start {}: cannot create {}",
                                       command.executable.filename().string(), path.string()));
    return file;
}

std::optional<Confinement> confinement_of(const ChildCommand& command) {
    if (!command.confinement)
        return std::nullopt;
    try {
        return std::make_optional<Confinement>(command.executable, *command.confinement);
    } catch (const Error& error) {
        throw Error(fmt::format("cannot start {}: {}", command.executable.filename().string(),
                                error.what()));
    }
}

// What the child does between fork and exec. Only async-signal-safe calls: another thread may have
// held any lock at the fork.
struct ChildSetup {
    const PriorityConfig& priority;
    const Confinement* confinement; ///< nullptr: none
    pid_t parent;
    int in, out, err;

    // The last initializer, so it does the exec itself: the launcher would call exit() where that
    // fails, and run the daemon's atexit handlers in the child.
    template <typename AnyLauncher>
    error_code on_exec_setup(AnyLauncher& launcher, const std::filesystem::path& executable,
                             const char* const*& arguments) const {
        int failure = prepare();
        if (failure == 0) {
            ::execve(executable.c_str(), const_cast<char* const*>(arguments),
                     const_cast<char* const*>(launcher.env));
            failure = errno;
        }
        // The launcher's pipe for errors is the last descriptor of its list.
        if (::write(launcher.fd_whitelist.back(), &failure, sizeof failure) < 0)
            ::_exit(126);
        ::_exit(127);
    }

    int prepare() const {
        if (::setpgid(0, 0) != 0 || ::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
            return errno;
        if (::getppid() != parent) // it died before the line above
            return ESRCH;
        if (::dup2(in, STDIN_FILENO) < 0 || ::dup2(out, STDOUT_FILENO) < 0 ||
            ::dup2(err, STDERR_FILENO) < 0)
            return errno;
        // Not every descriptor of ours is CLOEXEC (libraries), and the launcher of Boost up to 1.84
        // closes only those above its error pipe.
        if (::syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */) != 0)
            return errno;
        const rlimit no_core{0, 0};
        ::setrlimit(RLIMIT_CORE, &no_core);
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        lower_priority();
        give_up_real_time();
        if (const int failure = clear_signals(); failure != 0)
            return failure;
        return confinement != nullptr ? confinement->take_on() : 0;
    }

    // Run by root, SVT-AV1 1.4.1 puts its threads above everything else on the machine (SCHED_FIFO,
    // svt_create_thread()), where nice 19 says the contrary and two of them starve whoever the
    // watchdog looks out for. It does without where it is refused.
    static void give_up_real_time() {
        ::prctl(PR_CAPBSET_DROP, CAP_SYS_NICE, 0, 0, 0);
        ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP_SYS_NICE, 0, 0);
        const rlimit none{0, 0};
        ::setrlimit(RLIMIT_RTPRIO, &none);
    }

    // As far as the system permits: an encoder at the wrong niceness is better than none.
    void lower_priority() const {
        ::setpriority(PRIO_PROCESS, 0, priority.nice);
        if (priority.io != IoClass::none) {
            const auto io =
                priority.io == IoClass::idle
                    ? io_priority::value_of(io_priority::idle, 0)
                    : io_priority::value_of(io_priority::best_effort, io_priority::lowest_level);
            ::syscall(SYS_ioprio_set, io_priority::who_process, 0, io);
        }
        if (priority.cpu != CpuPolicy::other) {
            const sched_param no_priority{};
            ::sched_setscheduler(0, scheduler_of(priority.cpu), &no_priority);
        }
    }

    static int clear_signals() {
        for (int signal = 1; signal < NSIG; ++signal)
            ::signal(signal, SIG_DFL); // SIGKILL, SIGSTOP and glibc's own refuse
        sigset_t none;
        ::sigemptyset(&none);
        return ::sigprocmask(SIG_SETMASK, &none, nullptr) == 0 ? 0 : errno;
    }
};

// An environment holds people's keys and tokens too, and names of sockets.
constexpr std::array<std::string_view, 8> passed_on = {
    "PATH=", "HOME=", "LANG=", "LANGUAGE=", "LC_", "TZ=", "LD_", "AV1ENCD_"};

bool is_passed_on(std::string_view variable) {
    return std::ranges::any_of(
        passed_on, [variable](std::string_view begin) { return variable.starts_with(begin); });
}

// The first of two equal names counts, so what is given comes before the daemon's own.
std::vector<const char*> environment_for(const ChildCommand& command) {
    std::vector<const char*> environment;
    for (const auto& variable : command.environment)
        environment.push_back(variable.c_str());
    for (char** variable = ::environ; *variable != nullptr; ++variable)
        if (is_passed_on(*variable))
            environment.push_back(*variable);
    environment.push_back(nullptr);
    return environment;
}

void kill_and_reap(pid_t pid) {
    ::kill(-pid, SIGKILL);
    ::kill(pid, SIGKILL); // it may not have made its group yet
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

pid_t launch(const asio::any_io_executor& executor, const ChildCommand& command, ChildSetup setup) {
    const auto environment = environment_for(command);
    Launcher launcher;
    launcher.env = environment.data();
    error_code failure;
    try {
        auto process = launcher(executor, failure, command.executable, command.arguments, setup);
        if (!failure)
            return process.detach().id();
    } catch (const boost::system::system_error& error) {
        // Out of descriptors for the launcher's own pidfd, with the child already running.
        failure = error.code();
    }
    // Boost up to 1.87 leaves a zombie where exec fails.
    if (launcher.pid > 0)
        kill_and_reap(launcher.pid);
    throw cannot_start(command, failure.value());
}

void hand_over(asio::posix::stream_descriptor& to, UniqueFd from, error_code& failure) {
    if (!failure)
        to.assign(from.get(), failure);
    if (!failure)
        from.release();
}

std::chrono::milliseconds milliseconds_of(const timeval& time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec));
}

} // namespace

ChildProcess::ChildProcess(const asio::any_io_executor& executor, const ChildCommand& command)
    : pidfd_(executor),
      out_(executor),
      err_(executor) {
    const auto null = open_null(command);
    auto err = make_pipe(command);
    auto out = command.stdout_file ? Pipe{{}, make_stdout_file(command)} : make_pipe(command);
    try {
        const auto confinement = confinement_of(command);
        pid_ = launch(executor, command,
                      {command.priority, confinement ? &*confinement : nullptr, ::getpid(),
                       null.get(), out.write.get(), err.write.get()});
        watch(command, std::move(out.read), std::move(err.read));
    } catch (const Error&) {
        if (command.stdout_file)
            ::unlink(command.stdout_file->c_str());
        throw;
    }
}

void ChildProcess::watch(const ChildCommand& command, UniqueFd out, UniqueFd err) {
    UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    error_code failure;
    if (!pidfd)
        failure.assign(errno, boost::system::system_category());
    hand_over(pidfd_, std::move(pidfd), failure);
    hand_over(err_, std::move(err), failure);
    if (out)
        hand_over(out_, std::move(out), failure);
    if (failure) {
        kill_and_reap(std::exchange(pid_, -1));
        throw cannot_start(command, failure.value());
    }
}

ChildProcess::~ChildProcess() {
    if (pid_ > 0)
        kill_and_reap(pid_);
}

void ChildProcess::signal_group(int signal) const {
    // Not reaped, so the number cannot belong to another group yet.
    if (pid_ > 0)
        ::kill(-pid_, signal);
}

asio::awaitable<void> ChildProcess::exited() {
    co_await pidfd_.async_wait(asio::posix::descriptor_base::wait_read, asio::use_awaitable);
}

asio::awaitable<ChildEnd> ChildProcess::end() {
    signal_group(SIGKILL);
    // A process of gigabytes takes its time to go, so the loop does not block on it; a slot that
    // nothing is connected to keeps the wait from being cancelled.
    const bool would_throw = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await pidfd_.async_wait(
        asio::posix::descriptor_base::wait_read,
        asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable));
    co_await asio::this_coro::throw_if_cancelled(would_throw);
    co_return reap();
}

ChildEnd ChildProcess::reap() {
    ChildEnd end;
    rusage usage{};
    while (::wait4(pid_, &end.wait_status, 0, &usage) < 0) {
        if (errno != EINTR)
            throw system_error(errno, fmt::format("cannot wait for process {}", pid_));
    }
    pid_ = -1;
    end.cpu_time = milliseconds_of(usage.ru_utime) + milliseconds_of(usage.ru_stime);
    end.peak_memory_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024; // KiB
    return end;
}

} // namespace av1encd
