#include "common/error.hpp"
#include "daemon/command_line.hpp"
#include "daemon/config_file/config_loader.hpp"
#include "daemon/daemon.hpp"
#include "daemon/system/work_dir_lock.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <sysexits.h>

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

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return run(parse_command_line(argc, argv));
    } catch (const UsageError& error) {
        fmt::print(stderr, "av1encd: {}\nTry 'av1encd --help'.\n", error.what());
        return EX_USAGE;
    } catch (const ConfigError& error) {
        fmt::print(stderr, "{}\n", whole_reason(error));
        return EX_CONFIG;
    } catch (const WorkDirInUse& error) {
        fmt::print(stderr, "av1encd: {}\n", whole_reason(error));
        return EX_TEMPFAIL;
    } catch (const std::exception& error) {
        fmt::print(stderr, "av1encd: {}\n", whole_reason(error));
        return EXIT_FAILURE;
    }
}
