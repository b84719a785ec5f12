#pragma once
// Sizes, rates and times as people write them. Sizes are decimal, as the fleets' progress bars
// always were: 1 kB is 1,000 B, 1 MB is 1,000,000 B. Binary units appear only where the name says
// so
// (`mib_per_min`, `chunk_size: 100MiB`).

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace av1encd {

/// "512B", "3.5MB", "82MB", "1.2TB": one decimal below ten of a unit, none above.
std::string human_size(std::uint64_t bytes);

/// "3.5MB/s"; a dash where the rate is not a positive number.
std::string human_rate(double bytes_per_second);

/// "00:24", "59:59", "1:02:03", "100:00:00"; what is under a second is cut off, below zero is zero.
std::string human_duration(std::chrono::duration<double> duration);

/// 0.412 is "41%", 0.0412 "4.1%": one decimal below ten per cent, and never "100%" before it is so.
std::string human_percentage(double fraction);

/// "2026-01-01T00:00:00Z".
std::string iso_time(std::chrono::sys_time<std::chrono::milliseconds> time);

/// The way back from iso_time(); nullopt for any other form and for days that no calendar has.
std::optional<std::chrono::sys_seconds> from_iso_time(std::string_view text);

/// "2026-01-01 00:00:00" in the time zone of the environment.
std::string local_time(std::chrono::sys_seconds time);

} // namespace av1encd
