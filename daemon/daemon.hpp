#pragma once
// The one owner of every part of av1encd: start, reload and stop stand in daemon.cpp, in that
// order.

#include "daemon/command_line.hpp"
#include "daemon/config/config.hpp"

#include <memory>

namespace av1encd {

class Daemon {
public:
    /// Takes the lock of work_dir and opens the ledger. Throws ConfigError, WorkDirInUse, Error.
    Daemon(Config config, CommandLine command_line);
    ~Daemon();

    /// Until SIGTERM or SIGINT, or with --once until no source is left; the exit status. Throws
    /// what made it impossible to go on.
    int run();

private:
    class Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace av1encd
