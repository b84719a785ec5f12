#include "common/error.hpp"
#include "daemon/command_line.hpp"
#include "daemon/config_file/config_loader.hpp"
#include "daemon/daemon.hpp"
#include "daemon/system/journal_entry.hpp"
#include "daemon/system/work_dir_lock.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <sysexits.h>
#include <unistd.h>

namespace {

using namespace av1encd;

int run(const CommandLine& command_line) {
    switch (command_line.action) {
    case CommandLine::Action::help: fmt::print("{}", help_text()); return EXIT_SUCCESS;
    case CommandLine::Action::version:
        fmt::print("av1encd {}\n", AV1ENCD_VERSION);
        return EXIT_SUCCESS;
    case CommandLine::Action::check_config:
        load_config(command_line.config);
        fmt::print("{}: the configuration is valid\n", command_line.config.native());
        return EXIT_SUCCESS;
    case CommandLine::Action::run: break;
    }
    auto config = load_config(command_line.config);
    apply(command_line, config);
    Daemon daemon(std::move(config), command_line);
    return daemon.run();
}

/// Why it ends, on stderr; where that is the journal, at the level of an error.
void complain(const std::string& reason) {
    const bool is_journal = is_journal_stream(STDERR_FILENO, std::getenv("JOURNAL_STREAM"));
    std::istringstream lines(reason);
    for (std::string line; std::getline(lines, line);)
        fmt::print(stderr, "{}{}\n", is_journal ? "<3>" : "", line);
}

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return run(parse_command_line(argc, argv));
    } catch (const UsageError& error) {
        complain(fmt::format("av1encd: {}\nTry 'av1encd --help'.", error.what()));
        return EX_USAGE;
    } catch (const ConfigError& error) {
        complain(whole_reason(error));
        return EX_CONFIG;
    } catch (const WorkDirInUse& error) {
        complain("av1encd: " + whole_reason(error));
        return EX_TEMPFAIL;
    } catch (const std::exception& error) {
        complain("av1encd: " + whole_reason(error));
        return EXIT_FAILURE;
    }
}
