#pragma once
// The processes of this machine, from /proc.
//
// A process counts with the niceness of its first thread, though each thread has one of its own:
// programs that are started nice, by nice(1) or a unit's Nice=, have all their threads so, and to
// read the eight threads of a process takes some fifteen times as long as to read it as a whole.

#include "common/unique_fd.hpp"
#include "daemon/core/own_processes.hpp"
#include "daemon/pipeline/ports/process_table.hpp"

#include <filesystem>
#include <unistd.h>

namespace av1encd {

class SystemProcessTable final : public ProcessTable {
public:
    /// `daemon`: the process that is av1encd, with what came of it.
    explicit SystemProcessTable(const std::filesystem::path& proc = "/proc",
                                pid_t daemon = ::getpid());

    std::optional<MachineUse> machine() override;
    std::vector<ProcessUse> others() override;
    std::optional<std::string> blind_spot() override;

private:
    Nanoseconds own_time() const;

    std::filesystem::path proc_;
    UniqueFd folder_; ///< of proc_
    pid_t daemon_;
    OwnProcesses own_;
};

} // namespace av1encd
