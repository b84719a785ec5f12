#pragma once
// Times as people give them on the command line.

#include <chrono>
#include <optional>
#include <string_view>

namespace av1encd {

/// "today", "yesterday" (their midnights), "2h", "3d" (so long before `now`), "2026-01-31",
/// "2026-01-31 18:30" or with seconds, with a T in place of the blank: local time, with a Z at the
/// end: UTC. nullopt for anything else.
std::optional<std::chrono::sys_seconds> parse_past_time(std::string_view text,
                                                        std::chrono::sys_seconds now);

} // namespace av1encd
