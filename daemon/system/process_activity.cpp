#include "daemon/system/process_activity.hpp"

#include "daemon/system/process_group.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace av1encd {

namespace fs = std::filesystem;

namespace {

/// One thread, by the fields of proc(5) that follow the name in brackets.
void add_thread(const fs::path& thread, ProcessActivity& activity) {
    std::ifstream file(thread / "stat");
    std::string text;
    std::getline(file, text, '\0');
    const auto name_end = text.rfind(") ");
    if (name_end == text.npos)
        return;
    std::istringstream fields(text.substr(name_end + 2));
    char state = 'X';
    fields >> state;
    constexpr int fields_before_times = 10;
    std::string skipped;
    for (int field = 0; field < fields_before_times; ++field)
        fields >> skipped;
    std::uint64_t in_user_mode = 0;
    std::uint64_t in_kernel_mode = 0;
    fields >> in_user_mode >> in_kernel_mode;
    activity.cpu_ticks += in_user_mode + in_kernel_mode;
    activity.busy = activity.busy || state == 'R' || state == 'D';
    activity.stopped = activity.stopped || state == 'T' || state == 't';
}

std::uint64_t data_bytes_in(const fs::path& status) {
    constexpr std::string_view name = "VmData:";
    constexpr std::uint64_t kib = 1024;
    std::ifstream file(status);
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name))
            return std::strtoull(line.c_str() + name.size(), nullptr, 10) * kib;
    return 0;
}

} // namespace

ProcessActivity activity_of_group(pid_t group) {
    ProcessActivity activity;
    for_each_thread(group, [&](const fs::path& thread) { add_thread(thread, activity); });
    return activity;
}

CpuTimes cpu_times_of_group(pid_t group) {
    CpuTimes times;
    for_each_thread(group, [&](const fs::path& thread) {
        std::ifstream file(thread / "schedstat");
        std::int64_t used = 0;
        std::int64_t waited_for = 0;
        if (file >> used >> waited_for) {
            times.used += std::chrono::nanoseconds(used);
            times.waited_for += std::chrono::nanoseconds(waited_for);
        }
    });
    return times;
}

std::uint64_t data_bytes_of(pid_t process) {
    return data_bytes_in("/proc/" + std::to_string(process) + "/status");
}

std::uint64_t data_bytes_of_group(pid_t group) {
    std::uint64_t most = 0;
    for_each_process(group, [&](const fs::path& process) {
        most = std::max(most, data_bytes_in(process / "status"));
    });
    return most;
}

} // namespace av1encd
