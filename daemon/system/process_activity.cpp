#include "daemon/system/process_activity.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

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
}

// Threads and processes may vanish while they are looked at.
void add_process(const fs::path& process, ProcessActivity& activity) {
    std::error_code gone;
    for (const auto& thread : fs::directory_iterator(process / "task", gone))
        add_thread(thread.path(), activity);
}

/// 0: no process
pid_t process_named(const std::string& entry) {
    pid_t pid = 0;
    const auto end = entry.data() + entry.size();
    const auto parsed = std::from_chars(entry.data(), end, pid);
    return parsed.ptr == end ? pid : 0;
}

} // namespace

ProcessActivity activity_of_group(pid_t group) {
    ProcessActivity activity;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const auto pid = process_named(entry.path().filename().native());
        if (pid > 0 && ::getpgid(pid) == group)
            add_process(entry.path(), activity);
    }
    return activity;
}

} // namespace av1encd
