#pragma once
// Who this machine is, and what it has left for encoders: its processors as far as this process may
// use them, and its free memory, both within the limits of the cgroup that it runs in (version 2).

#include "daemon/pipeline/ports/machine.hpp"

#include <filesystem>
#include <string>

namespace av1encd {

/// The name of this machine: the environment's MACHINE_ID where it is set, else `configured`; for
/// `auto` one made from /etc/machine-id, `m-` and 12 hexadecimal digits, which stays the same when
/// the host is renamed. Throws ConfigError where MACHINE_ID is no name, Error where there is no
/// machine-id to make one from.
std::string machine_name(const std::string& configured, const char* environment);

class MachineIdentity final : public Machine {
public:
    /// Both folders are read at each question, as the limits may change.
    struct Folders {
        std::filesystem::path proc = "/proc";
        std::filesystem::path cgroup = "/sys/fs/cgroup";
    };

    /// The name is machine_name() of this configuration and environment.
    explicit MachineIdentity(const std::string& configured);
    MachineIdentity(std::string name, Folders folders);

    std::string name() const override { return name_; }
    /// At least 1.
    int cores() const override;
    /// 0 where the kernel does not say.
    std::uint64_t available_memory_bytes() const override;
    std::uint64_t memory_bytes() const override;

private:
    std::string name_;
    Folders folders_;
};

} // namespace av1encd
