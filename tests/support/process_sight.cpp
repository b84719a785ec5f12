#include "tests/support/process_sight.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace av1encd {

namespace {

std::string text_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

bool has_variable(const std::string& environment, const std::string& variable) {
    return ('\0' + environment).find('\0' + variable + '\0') != std::string::npos;
}

std::optional<SeenProcess> look_at(pid_t pid) {
    const auto text = text_of("/proc/" + std::to_string(pid) + "/stat");
    const auto begin = text.find('(');
    const auto end = text.rfind(')');
    if (begin == text.npos || end == text.npos)
        return std::nullopt; // gone
    SeenProcess process;
    process.pid = pid;
    process.name = text.substr(begin + 1, end - begin - 1);
    std::istringstream fields(text.substr(end + 1));
    std::string skipped;
    fields >> process.state >> skipped >> process.group;
    constexpr int between_group_and_times = 8;
    for (int i = 0; i < between_group_and_times; ++i)
        fields >> skipped;
    std::uint64_t user = 0;
    std::uint64_t system = 0;
    fields >> user >> system;
    process.cpu_ticks = user + system;
    return process;
}

std::optional<pid_t> pid_of(const std::string& name) {
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || *end != '\0')
        return std::nullopt;
    return pid;
}

} // namespace

std::vector<SeenProcess> processes_with(const std::string& variable) {
    std::vector<SeenProcess> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const auto pid = pid_of(entry.path().filename().native());
        if (!pid || !has_variable(text_of(entry.path() / "environ"), variable))
            continue;
        if (const auto process = look_at(*pid); process && process->state != 'Z')
            found.push_back(*process);
    }
    return found;
}

} // namespace av1encd
