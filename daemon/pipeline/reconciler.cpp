#include "daemon/pipeline/reconciler.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace av1encd {

namespace {

Place end_of(const Job& job) {
    return job.error.empty() ? Place::done : Place::failed;
}

Awaitable<void> tidy(Context& context, std::vector<JobDetails> open,
                     const std::set<std::string>& claimed) {
    std::vector<JobId> keep;
    std::vector<SharePath> placeholders;
    for (const auto& [job, renditions, segments, attempts] : open) {
        keep.push_back(job.id);
        if (!job.retired_path.empty() && claimed.contains(job.claimed_path))
            placeholders.push_back({end_of(job), job.retired_path});
    }
    co_await context.work_dir.clean(std::move(keep));
    co_await context.share.tidy(std::move(placeholders));
}

/// False where the disk is too full for the ledger to record it.
Awaitable<bool> try_to_forget(Context& context, JobId job) {
    try {
        co_await context.ledger.forget_job(job);
        co_return true;
    } catch (const DiskFullError&) {
        co_return false;
    }
}

Awaitable<void> drop_lost(Context& context, Job job) {
    Event event;
    event.kind = EventKind::claim_lost;
    event.severity = Severity::warning;
    event.message = "the claim was lost while av1encd was not running";
    event.source = job.source;
    event.chunk = job.chunk;
    context.events.publish(event);
    for (;;) {
        const bool forgotten = co_await try_to_forget(context, job.id);
        if (forgotten)
            break;
        co_await context.disk.after_full_ledger();
    }
    co_await context.work_dir.remove_job(job.id);
}

Awaitable<int> last_chunk_remembered(Context& context) {
    const auto number = co_await context.ledger.remembered(std::string(last_chunk_fact));
    co_return number ? std::stoi(*number) : 0;
}

} // namespace

Awaitable<void> reconcile(Context& context, Jobs& jobs, Claimer& claimer) {
    auto open = co_await context.ledger.open_jobs();
    const auto listed = co_await context.share.list(Place::in_progress);
    std::set<std::string> claimed(listed.begin(), listed.end());
    co_await tidy(context, open, claimed);
    int last_chunk = co_await last_chunk_remembered(context);
    for (auto& details : open) {
        last_chunk = std::max(last_chunk, details.job.chunk);
        const bool is_here = claimed.erase(details.job.claimed_path) > 0;
        // Where its end was decided, it may have been moved already.
        if (is_here || !details.job.retired_path.empty())
            jobs.start(std::move(details));
        else
            co_await drop_lost(context, details.job);
    }
    claimer.set_next_chunk(last_chunk + 1);
    std::vector<std::string> orphans(claimed.begin(), claimed.end());
    sort_for_claiming(orphans);
    claimer.take_over(std::move(orphans));
}

} // namespace av1encd
