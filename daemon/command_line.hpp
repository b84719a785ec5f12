#pragma once
// av1encd's command line as a value.

#include "daemon/config/config.hpp"

#include <filesystem>
#include <string>

namespace av1encd {

struct CommandLine {
    enum class Action { run, check_config, version, help };

    std::filesystem::path config = "/etc/av1encd/av1encd.yaml";
    Action action = Action::run; ///< the last of --check-config, --version and --help
    bool once = false;
    bool debug = false;
    bool throttle = false;
};

/// Throws UsageError with one line that names the word to blame. Not to be called by two threads
/// at once: it uses getopt.
CommandLine parse_command_line(int argc, char* const* argv);

/// What the command line says over the files: --debug and --throttle.
void apply(const CommandLine& command_line, Config& config);

/// What --help prints.
std::string help_text();

} // namespace av1encd
