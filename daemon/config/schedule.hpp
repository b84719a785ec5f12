#pragma once
// One entry of `schedule`: the days and the time of day in which encoding may run.

#include <bitset>
#include <chrono>
#include <optional>
#include <string_view>

namespace av1encd {

/// `Mon..Fri 19:00..07:00`, `Sat,Sun`, `22:00..06:00`. A time that ends before it begins runs on
/// into the next day and belongs to the day it begins on.
struct ScheduleEntry {
    std::bitset<7> days;           ///< from Monday; all where the entry names none
    std::chrono::minutes begin{0}; ///< since midnight, local time
    std::chrono::minutes end{24 * 60};
    bool operator==(const ScheduleEntry&) const = default;
};

/// nullopt for anything else, a time that begins where it ends included.
std::optional<ScheduleEntry> parse_schedule_entry(std::string_view text);

} // namespace av1encd
