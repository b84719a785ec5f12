#pragma once
// The hours in which encoding may run, and when that changes next.
//
// An entry's time lasts from the first moment at which the local clock shows its beginning to the
// first at which it shows its end. So where clocks are put back it is not broken, nor repeated;
// where they are put forward over its beginning or end, the moment of the change is meant.

#include "daemon/config/schedule.hpp"
#include "daemon/core/job.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace av1encd {

/// How far local time is ahead of UTC at that moment.
using UtcOffset = std::function<std::chrono::seconds(WallTime)>;

struct ScheduleState {
    bool may_run = true;
    std::optional<WallTime> until; ///< nullopt: not within the next two weeks
    bool operator==(const ScheduleState&) const = default;
};

/// Without an entry it may always run.
ScheduleState schedule_at(WallTime now, const std::vector<ScheduleEntry>& entries,
                          const UtcOffset& utc_offset);

} // namespace av1encd
