#include "daemon/system/process_table.hpp"

#include "daemon/system/process_stat.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string_view>
#include <system_error>

namespace av1encd {

namespace {

/// As much of a file as there is room for; empty where it cannot be read.
template <std::size_t Room>
std::string_view read_into(std::array<char, Room>& buffer, int folder, const char* name) {
    const UniqueFd file(::openat(folder, name, O_RDONLY | O_CLOEXEC));
    if (!file)
        return {};
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        const auto count = ::read(file.get(), buffer.data() + filled, buffer.size() - filled);
        if (count <= 0)
            break;
        filled += static_cast<std::size_t>(count);
    }
    return {buffer.data(), filled};
}

/// The next number of a text, and the text behind it.
std::optional<std::int64_t> take_number(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    std::int64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc{})
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
    return number;
}

SinceBoot since_boot() {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

/// Time of all cores that nothing ran in: `cpu  user nice system idle iowait …`
std::optional<Nanoseconds> idle_time(std::string_view stat) {
    constexpr std::string_view label = "cpu ";
    if (!stat.starts_with(label))
        return std::nullopt;
    stat.remove_prefix(label.size());
    for (int busy = 0; busy < 3; ++busy)
        if (!take_number(stat))
            return std::nullopt;
    const auto idle = take_number(stat);
    const auto waiting = take_number(stat);
    if (!idle || !waiting)
        return std::nullopt;
    return process_time_tick * (*idle + *waiting);
}

/// The lines `cpu0 …`, `cpu1 …`: only cores that are online have one.
int count_cores(std::string_view stat) {
    constexpr std::string_view label = "\ncpu";
    int cores = 0;
    for (auto at = stat.find(label); at != stat.npos; at = stat.find(label, at + label.size()))
        ++cores;
    return cores;
}

std::optional<ProcessStat> stat_of(int proc, pid_t pid) {
    std::array<char, 1024> buffer;
    std::array<char, 32> name{};
    fmt::format_to_n(name.data(), name.size() - 1, "{}/stat", pid);
    return parse_process_stat(read_into(buffer, proc, name.data()));
}

/// Of its first thread: av1encd starts children from no other, and what another program starts
/// from others is missing from its time only.
std::vector<pid_t> children_of(int proc, pid_t pid) {
    std::array<char, 4096> buffer;
    std::array<char, 64> name{};
    fmt::format_to_n(name.data(), name.size() - 1, "{0}/task/{0}/children", pid);
    auto text = read_into(buffer, proc, name.data());
    std::vector<pid_t> children;
    while (const auto child = take_number(text))
        children.push_back(static_cast<pid_t>(*child));
    return children;
}

/// 0: no process.
pid_t process_named(const char* entry) {
    std::string_view name = entry;
    const auto pid = take_number(name);
    return pid && *pid > 0 && name.empty() ? static_cast<pid_t>(*pid) : 0;
}

} // namespace

SystemProcessTable::SystemProcessTable(const std::filesystem::path& proc, pid_t daemon)
    : proc_(proc),
      folder_(::open(proc.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
      daemon_(daemon),
      own_(daemon) {}

std::optional<MachineUse> SystemProcessTable::machine() {
    std::array<char, 65'536> buffer;
    MachineUse use;
    use.at = since_boot();
    const auto stat = read_into(buffer, folder_.get(), "stat");
    const auto idle = idle_time(stat);
    use.cores = count_cores(stat);
    if (!idle || use.cores == 0)
        return std::nullopt;
    use.idle = *idle;
    use.own = own_time();
    return use;
}

/// Parents before their children: one that ends meanwhile is missed rather than counted twice.
Nanoseconds SystemProcessTable::own_time() const {
    Nanoseconds sum{};
    std::vector<pid_t> left = {daemon_};
    while (!left.empty()) {
        const auto pid = left.back();
        left.pop_back();
        const auto stat = stat_of(folder_.get(), pid);
        if (!stat)
            continue;
        sum += stat->process.use.cpu + stat->ended_children;
        for (const auto child : children_of(folder_.get(), pid))
            left.push_back(child);
    }
    return sum;
}

std::vector<ProcessUse> SystemProcessTable::others() {
    // A position of its own in the folder, which closedir() closes.
    const int copy = ::openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(copy < 0 ? nullptr : ::fdopendir(copy),
                                                     ::closedir);
    std::vector<SeenProcess> all;
    while (const auto* entry = folder ? ::readdir(folder.get()) : nullptr) {
        const auto pid = process_named(entry->d_name);
        if (pid == 0)
            continue;
        // The kernel's threads work for whoever asked them to, av1encd included.
        if (auto stat = stat_of(folder_.get(), pid); stat && !stat->of_the_kernel)
            all.push_back(std::move(stat->process));
    }
    return own_.without_own(std::move(all));
}

std::optional<std::string> SystemProcessTable::blind_spot() {
    // Its number never changes: include/linux/proc_ns.h.
    constexpr std::string_view first_namespace = "pid:[4026531836]";
    std::error_code unreadable;
    const auto own_namespace = std::filesystem::read_symlink(proc_ / "self/ns/pid", unreadable);
    if (!unreadable && own_namespace != first_namespace)
        return "the processes outside of this container";
    if (::faccessat(folder_.get(), "1/stat", R_OK, 0) != 0)
        return "the processes of other users, which /proc hides (hidepid=, ProtectProc=)";
    return std::nullopt;
}

} // namespace av1encd
