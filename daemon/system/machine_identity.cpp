#include "daemon/system/machine_identity.hpp"

#include "common/error.hpp"
#include "common/source_text.hpp"
#include "daemon/config/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sched.h>
#include <systemd/sd-id128.h>
#include <thread>
#include <vector>

namespace av1encd {
namespace {

namespace fs = std::filesystem;

/// So that the name tells nothing of the machine-id itself, which is meant to be kept to oneself.
constexpr sd_id128_t application =
    SD_ID128_ARRAY(74, 82, e4, 2a, c4, 01, 45, cc, 81, e8, 7d, 75, 1b, 1e, 63, 39);

std::string name_from_machine_id() {
    constexpr std::size_t digits = 12;
    sd_id128_t id{};
    const int result = ::sd_id128_get_machine_app_specific(application, &id);
    if (result < 0)
        throw system_error(-result, "cannot make a name from /etc/machine-id, set machine_id "
                                    "in the configuration");
    std::array<char, SD_ID128_STRING_MAX> text{};
    ::sd_id128_to_string(id, text.data());
    return "m-" + std::string(text.data(), digits);
}

/// In a mask that is large enough for this kernel.
int usable_processors() {
    for (std::size_t count = CPU_SETSIZE; count <= 1U << 20; count *= 2) {
        const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(
            CPU_ALLOC(count), [](cpu_set_t* mask) { CPU_FREE(mask); });
        const std::size_t bytes = CPU_ALLOC_SIZE(count);
        if (set && ::sched_getaffinity(0, bytes, set.get()) == 0)
            return CPU_COUNT_S(bytes, set.get());
    }
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

/// The folders of this process's cgroup, from the inside out; a limit of any holds.
std::vector<fs::path> cgroup_folders(const MachineIdentity::Folders& folders) {
    constexpr std::string_view version_2 = "0::/";
    std::ifstream memberships(folders.proc / "self/cgroup");
    std::vector<fs::path> found;
    for (std::string line; std::getline(memberships, line);) {
        if (!line.starts_with(version_2))
            continue;
        auto folder = folders.cgroup / line.substr(version_2.size());
        for (; folder != folders.cgroup && folder.has_relative_path();
             folder = folder.parent_path())
            found.push_back(folder);
        found.push_back(folders.cgroup);
    }
    return found;
}

/// The number in a file of that alone; nullopt for `max`, and where there is no such file.
std::optional<std::uint64_t> number_in(const fs::path& file) {
    std::ifstream stream(file);
    std::uint64_t number = 0;
    return stream >> number ? std::optional(number) : std::nullopt;
}

/// Of the lines `NAME NUMBER`, with or without a colon and a unit.
std::optional<std::uint64_t> number_of(const fs::path& file, std::string_view name) {
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);)
        if (line.starts_with(name))
            return std::strtoull(line.c_str() + name.size(), nullptr, 10);
    return std::nullopt;
}

/// Whole processors that the cgroup's bandwidth amounts to; nullopt: as many as there are.
std::optional<int> processors_of_quota(const fs::path& cgroup) {
    std::ifstream stream(cgroup / "cpu.max");
    std::uint64_t quota = 0;
    std::uint64_t period = 0;
    if (!(stream >> quota >> period) || period == 0)
        return std::nullopt;
    constexpr std::uint64_t most = 1U << 20;
    return static_cast<int>(std::min((quota + period - 1) / period, most));
}

/// What the cgroup may still take. Its page cache counts as used there, but gives way.
std::optional<std::uint64_t> memory_left(const fs::path& cgroup) {
    const auto limit = number_in(cgroup / "memory.max");
    if (!limit)
        return std::nullopt;
    const auto used = number_in(cgroup / "memory.current").value_or(0);
    const auto cache = number_of(cgroup / "memory.stat", "inactive_file ").value_or(0);
    const auto needed = used - std::min(used, cache);
    return *limit - std::min(*limit, needed);
}

} // namespace

std::string machine_name(const std::string& configured, const char* environment) {
    const bool from_environment = environment != nullptr && *environment != '\0';
    const std::string name = from_environment ? environment : configured;
    if (const auto reason = from_environment ? reason_against_machine_id(name) : std::nullopt)
        throw ConfigError(fmt::format("MACHINE_ID in the environment: '{}' is no name: {}",
                                      source_for_display(name), *reason));
    return name == "auto" ? name_from_machine_id() : name;
}

MachineIdentity::MachineIdentity(const std::string& configured)
    : MachineIdentity(machine_name(configured, std::getenv("MACHINE_ID")), Folders()) {}

MachineIdentity::MachineIdentity(std::string name, Folders folders)
    : name_(std::move(name)),
      folders_(std::move(folders)) {}

int MachineIdentity::cores() const {
    int cores = usable_processors();
    for (const fs::path& cgroup : cgroup_folders(folders_))
        cores = std::min(cores, processors_of_quota(cgroup).value_or(cores));
    return std::max(cores, 1);
}

std::uint64_t MachineIdentity::available_memory_bytes() const {
    constexpr std::uint64_t kib = 1024;
    auto available = number_of(folders_.proc / "meminfo", "MemAvailable:").value_or(0) * kib;
    for (const fs::path& cgroup : cgroup_folders(folders_))
        available = std::min(available, memory_left(cgroup).value_or(available));
    return available;
}

std::uint64_t MachineIdentity::memory_bytes() const {
    constexpr std::uint64_t kib = 1024;
    const auto meminfo = folders_.proc / "meminfo";
    const auto memory = number_of(meminfo, "MemTotal:").value_or(0) * kib;
    const auto swap = number_of(meminfo, "SwapTotal:").value_or(0) * kib;
    auto total = memory + swap;
    for (const fs::path& cgroup : cgroup_folders(folders_))
        if (const auto most = number_in(cgroup / "memory.max"))
            total = std::min(total, *most + number_in(cgroup / "memory.swap.max").value_or(swap));
    return total;
}

} // namespace av1encd
