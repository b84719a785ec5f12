#pragma once
// At start: ledger, share and work_dir -> what is true now. Where a source lies is the truth; the
// ledger follows it.

#include "daemon/pipeline/claimer.hpp"
#include "daemon/pipeline/jobs.hpp"

namespace av1encd {

/// Starts the jobs that go on, drops those whose claim is lost, hands claims that no ledger knows
/// to the claimer, and clears work_dir and the share of what a killed run left.
Awaitable<void> reconcile(Context& context, Jobs& jobs, Claimer& claimer);

} // namespace av1encd
