#include "daemon/system/process_group.hpp"

#include <charconv>
#include <string>
#include <unistd.h>

namespace av1encd {

namespace fs = std::filesystem;

pid_t number_of(const fs::path& entry) {
    const auto name = entry.filename().native();
    pid_t number = 0;
    const auto* const end = name.data() + name.size();
    return std::from_chars(name.data(), end, number).ptr == end ? number : 0;
}

void for_each_process(pid_t group, const std::function<void(const fs::path&)>& take) {
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const auto pid = number_of(entry.path());
        if (pid > 0 && ::getpgid(pid) == group)
            take(entry.path());
    }
}

void for_each_thread(pid_t group, const std::function<void(const fs::path&)>& take) {
    for_each_process(group, [&](const fs::path& process) {
        std::error_code gone;
        fs::directory_iterator threads(process / "task", gone);
        for (; !gone && threads != fs::directory_iterator(); threads.increment(gone))
            take(threads->path());
    });
}

} // namespace av1encd
