#include "common/error.hpp"
#include "ctl/command_line.hpp"
#include "ctl/verbs.hpp"

#include <csignal>
#include <cstdlib>
#include <sysexits.h>
#include <unistd.h>

namespace av1encd {
namespace {

const Output complaints(STDERR_FILENO);

std::filesystem::path default_socket() {
    const char* named = std::getenv("AV1ENCD_SOCKET");
    return named != nullptr && *named != '\0' ? named : usual_socket;
}

int run(const std::vector<std::string>& arguments) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    Session session(parse_command_line(arguments, default_socket(), now),
                    screen_of(STDOUT_FILENO, screen_environment()), Output(STDOUT_FILENO),
                    complaints);
    return run(session);
}

int failed(const std::exception& error, int exit_status) {
    complain(complaints, whole_reason(error));
    return exit_status;
}

/// The one place that makes an exit status of what went wrong.
int run_and_judge(const std::vector<std::string>& arguments) {
    try {
        return run(arguments);
    } catch (const UsageError& error) {
        complain(complaints, error.what());
        complaints.write_if_possible("Try 'av1ctl --help' for more information.\n");
        return EX_USAGE;
    } catch (const DaemonUnreachable& error) {
        return failed(error, EX_UNAVAILABLE);
    } catch (const OutputClosed&) {
        return EXIT_FAILURE; // as quiet as the death by SIGPIPE that others die
    } catch (const Interrupted& interrupted) {
        die_of(interrupted.signal);
    } catch (const std::exception& error) {
        return failed(error, EXIT_FAILURE);
    }
}

} // namespace
} // namespace av1encd

int main(int argc, char** argv) {
    // A closed output is an error like any other, so that what was begun is cleared away.
    std::signal(SIGPIPE, SIG_IGN);
    return av1encd::run_and_judge({argv + 1, argv + argc});
}
