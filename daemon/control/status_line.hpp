#pragma once
// What the daemon does now, in one line for `systemctl status`.

#include "common/status.hpp"

#include <chrono>
#include <string>

namespace av1encd {

/// "encoding 3 of 4 sources (42%), 12 waiting", "paused: operator, by anna, until 19:00", "idle".
/// Times of day are those of the environment's time zone, with their date where that is not the
/// day of `now`.
std::string status_line(const Status& status, std::chrono::sys_seconds now);

} // namespace av1encd
