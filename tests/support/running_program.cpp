#include "tests/support/running_program.hpp"

#include "common/error.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace av1encd {

namespace {

constexpr int not_run = 127;

/// Every program that is run from here on has to go by the modes of files, root's too.
void give_up_rights() {
    for (const int capability : {CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_CHOWN})
        ::prctl(PR_CAPBSET_DROP, capability);
}

void redirect(const std::filesystem::path& output) {
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ::dup2(null, STDIN_FILENO);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
}

[[noreturn]] void become(const RunningProgram::Start& start, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent)
        ::_exit(not_run);
    redirect(start.output);
    if (start.rights == Rights::of_an_ordinary_user)
        give_up_rights();
    auto variables = start.environment;
    for (auto& variable : variables)
        ::putenv(variable.data());
    auto words = start.arguments;
    std::vector<char*> argv;
    for (auto& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    ::execvp(argv.front(), argv.data());
    ::_exit(not_run);
}

} // namespace

RunningProgram::RunningProgram(const Start& start) {
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0)
        become(start, parent);
    if (pid_ < 0)
        throw system_error(errno, "cannot start " + start.arguments.front());
    pidfd_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
}

RunningProgram::~RunningProgram() {
    send(SIGKILL);
    while (!outcome_)
        wait_for_end(std::chrono::minutes(1));
}

void RunningProgram::send(int signal) const {
    if (!outcome_)
        ::kill(pid_, signal);
}

std::optional<ProcessOutcome> RunningProgram::wait_for_end(std::chrono::milliseconds limit) {
    pollfd end{pidfd_.get(), POLLIN, 0};
    if (outcome_ || ::poll(&end, 1, static_cast<int>(limit.count())) <= 0)
        return outcome_;
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    outcome_.emplace();
    if (WIFSIGNALED(status))
        outcome_->signal = WTERMSIG(status);
    else
        outcome_->exit_status = WEXITSTATUS(status);
    return outcome_;
}

} // namespace av1encd
