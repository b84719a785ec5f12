#pragma once
// Jobs, finished renditions and events as text for people. Pure, but for the time zone.

#include "common/status.hpp"
#include "ctl/screen.hpp"
#include "ctl/text_table.hpp"

#include <string>
#include <vector>

namespace av1encd {

/// A table with the number of jobs in each state below; a sentence where there is none.
std::string job_table(const std::vector<JobStatus>& jobs, const Screen& screen, Legend legend);

/// One job with its renditions, what was left out, what runs now, and what did not go well.
std::string job_view(const JobDetailStatus& detail, const Screen& screen);

/// A table with its totals below; a sentence where there is none.
std::string history_table(const std::vector<HistoryStatus>& history, const Screen& screen,
                          Legend legend);

/// What happened and to what, without when.
std::string event_text(const EventStatus& event);

/// One line, its newline included.
std::string event_line(const EventStatus& event);

} // namespace av1encd
