#pragma once
// The pipeline's state as clients see it. Nothing of it is stored: it is computed when asked.

#include "common/status.hpp"
#include "daemon/pipeline/claimer.hpp"
#include "daemon/pipeline/context.hpp"
#include "daemon/pipeline/jobs.hpp"

namespace av1encd {

enum class Phase { starting, serving, stopping };

/// `before`: what the ledger counted of earlier runs.
Status report_status(const Context& context, const Jobs& jobs, const Claimer& claimer,
                     const JobCounts& before, Phase phase, const std::string& version);

JobStatus report_job(const JobDetails& details, const Tally& tally);
/// `running`: the tasks that run for it now.
JobDetailStatus report_job_detail(const JobDetails& details, const Tally& tally,
                                  std::vector<std::string> running);
HistoryStatus report_history(const HistoryEntry& entry, const std::string& output_root);
EventStatus report_event(const Event& event, WallTime now);

} // namespace av1encd
