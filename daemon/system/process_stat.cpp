#include "daemon/system/process_stat.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace av1encd {

namespace {

// By their place behind the name.
enum Field : std::size_t {
    parent = 1,
    group = 2,
    flags = 6,
    user_time = 11,
    system_time = 12,
    user_time_of_children = 13,
    system_time_of_children = 14,
    niceness = 16,
    start_time = 19,
    field_count = 20
};

constexpr std::int64_t kernel_thread_flag = 0x00200000; // PF_KTHREAD

using Fields = std::array<std::int64_t, field_count>;

std::optional<Fields> parse_fields(std::string_view text) {
    Fields fields{};
    for (auto& field : fields) {
        const auto space = text.find(' ');
        if (space == text.npos)
            return std::nullopt;
        const auto word = text.substr(0, space);
        // The first is a letter and stays 0.
        std::from_chars(word.data(), word.data() + word.size(), field);
        text.remove_prefix(space + 1);
    }
    return fields;
}

Nanoseconds time_of_ticks(std::int64_t ticks) {
    return process_time_tick * ticks;
}

} // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view line) {
    // The name may hold anything, brackets and line breaks too.
    const auto name_begin = line.find('(');
    const auto name_end = line.rfind(") ");
    if (name_begin == line.npos || name_end == line.npos || name_end < name_begin)
        return std::nullopt;
    const auto fields = parse_fields(line.substr(name_end + 2));
    if (!fields)
        return std::nullopt;
    ProcessStat stat;
    auto& use = stat.process.use;
    std::from_chars(line.data(), line.data() + name_begin, use.pid);
    use.name = line.substr(name_begin + 1, name_end - name_begin - 1);
    use.start = time_of_ticks((*fields)[start_time]);
    use.cpu = time_of_ticks((*fields)[user_time] + (*fields)[system_time]);
    use.nice = static_cast<int>((*fields)[niceness]);
    stat.process.parent = static_cast<pid_t>((*fields)[parent]);
    stat.process.group = static_cast<pid_t>((*fields)[group]);
    stat.ended_children =
        time_of_ticks((*fields)[user_time_of_children] + (*fields)[system_time_of_children]);
    stat.of_the_kernel = ((*fields)[flags] & kernel_thread_flag) != 0;
    return stat;
}

} // namespace av1encd
