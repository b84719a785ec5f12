#include "tests/support/run_program.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace av1encd {

namespace {

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (auto& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

std::vector<std::string> with_own_environment(std::vector<std::string> variables) {
    for (char** variable = environ; *variable != nullptr; ++variable)
        variables.emplace_back(*variable);
    return variables;
}

std::string text_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

std::vector<std::string> lines_of(const std::filesystem::path& file) {
    std::vector<std::string> lines;
    std::ifstream text(file, std::ios::binary);
    for (std::string line; std::getline(text, line);)
        lines.push_back(line);
    return lines;
}

/// Reaps the child.
void take_end(pid_t child, ProcessOutcome& outcome) {
    int status = 0;
    struct rusage usage {};
    while (::wait4(child, &status, 0, &usage) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status))
        outcome.signal = WTERMSIG(status);
    else
        outcome.exit_status = WEXITSTATUS(status);
    outcome.peak_memory_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

} // namespace

ProgramRun run_program(const std::vector<std::string>& arguments,
                       const std::vector<std::string>& environment,
                       const std::filesystem::path& scratch) {
    const auto output = scratch / "stdout";
    const auto complaints = scratch / "stderr";
    constexpr int anew = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output.c_str(), anew, 0600);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, complaints.c_str(), anew, 0600);

    auto words = arguments;
    auto variables = with_own_environment(environment);
    pid_t child = 0;
    const int error = ::posix_spawnp(&child, words.front().c_str(), &files, nullptr,
                                     pointers_to(words).data(), pointers_to(variables).data());
    posix_spawn_file_actions_destroy(&files);

    ProgramRun run;
    if (error != 0) {
        run.outcome.start_error = "cannot start " + words.front() + ": " + std::strerror(error);
        return run;
    }
    take_end(child, run.outcome);
    run.output = text_of(output);
    run.outcome.stderr_lines = lines_of(complaints);
    return run;
}

} // namespace av1encd
