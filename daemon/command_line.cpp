#include "daemon/command_line.hpp"

#include "common/error.hpp"
#include "common/source_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <getopt.h>

namespace av1encd {
namespace {

// Above every letter, for getopt tells what it stumbled over by number.
enum Flag {
    config_flag = 256,
    check_config_flag,
    once_flag,
    debug_flag,
    throttle_flag,
    version_flag,
    help_flag
};

constexpr std::array options = {
    option{"config", required_argument, nullptr, config_flag},
    option{"check-config", no_argument, nullptr, check_config_flag},
    option{"once", no_argument, nullptr, once_flag},
    option{"debug", no_argument, nullptr, debug_flag},
    option{"throttle", no_argument, nullptr, throttle_flag},
    option{"version", no_argument, nullptr, version_flag},
    option{"help", no_argument, nullptr, help_flag},
    option{nullptr, 0, nullptr, 0},
};

std::string name_in(const char* word) {
    const std::string_view text = word;
    return source_for_display(text.substr(0, text.find('=')));
}

/// getopt leaves in `optopt` the letter or the flag that it knows, 0 for a name that it does not.
[[noreturn]] void refuse(int answer, const char* word) {
    if (answer == ':')
        throw UsageError(fmt::format("option '{}' needs a value", name_in(word)));
    if (optopt >= config_flag)
        throw UsageError(fmt::format("option '{}' takes no value", name_in(word)));
    throw UsageError(fmt::format("unknown option '{}'", name_in(word)));
}

void set(int flag, CommandLine& line) {
    switch (flag) {
    case config_flag: line.config = optarg; break;
    case check_config_flag: line.action = CommandLine::Action::check_config; break;
    case once_flag: line.once = true; break;
    case debug_flag: line.debug = true; break;
    case throttle_flag: line.throttle = true; break;
    case version_flag: line.action = CommandLine::Action::version; break;
    case help_flag: line.action = CommandLine::Action::help; break;
    default: break;
    }
}

} // namespace

CommandLine parse_command_line(int argc, char* const* argv) {
    CommandLine line;
    opterr = 0; // we complain ourselves
    optind = 0; // makes glibc begin anew
    // '+': an argument ends the options. ':': a value that is not there is told apart.
    for (;;) {
        const int word = std::max(optind, 1);
        const int answer = ::getopt_long(argc, argv, "+:", options.data(), nullptr);
        if (answer == -1)
            break;
        if (answer == '?' || answer == ':')
            refuse(answer, argv[word]);
        set(answer, line);
    }
    if (optind < argc)
        throw UsageError(fmt::format("unexpected argument '{}': av1encd takes options only",
                                     source_for_display(argv[optind])));
    if (line.config.empty())
        throw UsageError("option '--config' needs the name of a file");
    return line;
}

void apply(const CommandLine& command_line, Config& config) {
    if (command_line.debug)
        config.log.level = LogLevel::debug;
    if (command_line.throttle)
        config.cpu_watchdog.enabled = true;
}

std::string help_text() {
    return "Usage: av1encd [OPTION]...\n"
           "Encodes the videos of a shared folder to AV1. Stays in the foreground.\n"
           "\n"
           "  --config FILE   read FILE instead of /etc/av1encd/av1encd.yaml, then\n"
           "                  conf.d/*.yaml beside it\n"
           "  --check-config  say every mistake in the configuration, or that there is none\n"
           "  --once          end when no source is left\n"
           "  --debug         log level debug, whatever the configuration says\n"
           "  --throttle      as cpu_watchdog.enabled: true\n"
           "  --version       print the version\n"
           "  --help          print this\n"
           "\n"
           "Signals: SIGTERM and SIGINT end it, finished work is kept, a second one kills;\n"
           "SIGHUP reads the configuration again.\n"
           "\n"
           "Exit status:\n"
           "   0  done; with --once, every source was done or skipped\n"
           "   1  failed; with --once, a source failed\n"
           "  64  wrong use\n"
           "  75  work_dir is in use by another av1encd\n"
           "  78  bad configuration\n"
           "\n"
           "Files:\n"
           "  /etc/av1encd/av1encd.yaml    configuration, see av1encd.yaml(5)\n"
           "  /var/lib/av1encd             work_dir: the ledger and work in progress\n"
           "  /run/av1encd/control.sock    where av1ctl(1) asks\n"
           "\n"
           "More in av1encd(8).\n";
}

} // namespace av1encd
