#include "tests/ctl/program.hpp"

#include "common/error.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

namespace av1encd {

namespace {

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (auto& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

} // namespace

Program::Program(std::vector<std::string> arguments, std::vector<std::string> environment,
                 std::optional<int> output) {
    arguments.insert(arguments.begin(), AV1CTL);
    const auto argv = pointers_to(arguments);
    const auto envp = pointers_to(environment);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    const auto out = (folder_.path() / "out").native();
    const auto err = (folder_.path() / "err").native();
    if (output)
        ::posix_spawn_file_actions_adddup2(&actions, *output, STDOUT_FILENO);
    else
        ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT,
                                           0600);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT,
                                       0600);
    const int reason = ::posix_spawn(&pid_, AV1CTL, &actions, nullptr, argv.data(), envp.data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (reason != 0)
        throw system_error(reason, "cannot start " AV1CTL);
}

Finished Program::wait() {
    int status = 0;
    if (::waitpid(pid_, &status, 0) != pid_)
        throw system_error(errno, "cannot wait for av1ctl");
    Finished finished;
    if (WIFEXITED(status))
        finished.exit_status = WEXITSTATUS(status);
    else
        finished.signal = WTERMSIG(status);
    finished.out = folder_.read("out");
    finished.err = folder_.read("err");
    return finished;
}

Finished run_program(std::vector<std::string> arguments, std::vector<std::string> environment) {
    return Program(std::move(arguments), std::move(environment)).wait();
}

} // namespace av1encd
