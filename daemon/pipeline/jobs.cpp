#include "daemon/pipeline/jobs.hpp"

#include "daemon/core/encode_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace av1encd {

Jobs::Jobs(Context& context, CoroutineScope::FailureHandler on_failure)
    : context_(context),
      changed_(context.executor),
      scope_(context.executor, std::move(on_failure)) {}

void Jobs::start(JobDetails recorded) {
    const auto& job = recorded.job;
    const auto encode = settings_of(job, context_.config.encode);
    context_.tally.add_job(job.chunk, job.id, job.file.bytes, static_cast<int>(encode.crf.size()),
                           context_.pauser.worked());
    auto& active = active_.emplace_back(context_, std::move(recorded));
    scope_.start(supervise(active));
    changed_.notify_all();
}

Awaitable<void> Jobs::supervise(Active& active) {
    co_await run(active);
    if (active.giving_back)
        active.giving_back->over = true;
    count(active);
    const int chunk = active.runner->in_hand().job.chunk;
    active_.remove_if([&](const Active& other) { return &other == &active; });
    const bool chunk_done = std::none_of(active_.begin(), active_.end(), [&](const Active& other) {
        return other.runner->in_hand().job.chunk == chunk;
    });
    if (chunk_done)
        say_chunk_done(chunk);
    changed_.notify_all();
}

/// Until it is retired, lost or given back.
Awaitable<void> Jobs::run(Active& active) {
    for (;;) {
        const bool full = co_await run_until_full(active);
        if (full)
            co_await wait_for_room(active);
        if (!full && !active.giving_back)
            co_return;
        bool over = false;
        if (active.giving_back)
            over = co_await was_given_back(active);
        if (over)
            co_return;
        co_await begin_anew(active);
    }
}

/// True where the disk was full: ledger or work_dir could not record a step.
Awaitable<bool> Jobs::run_until_full(Active& active) {
    active.scope.start(active.runner->run());
    try {
        co_await active.scope.wait();
        co_return false;
    } catch (const DiskFullError&) {
        co_return true;
    }
}

/// Or until somebody asks to give it back.
Awaitable<void> Jobs::wait_for_room(Active& active) {
    active.scope.start(context_.disk.after_full_ledger());
    co_await active.scope.wait();
}

/// From what the ledger knows, as after a restart.
Awaitable<void> Jobs::begin_anew(Active& active) {
    auto details = co_await context_.ledger.job_of(active.runner->in_hand().job.source);
    if (details)
        active.runner.emplace(context_, std::move(*details));
}

void Jobs::count(const Active& active) {
    const auto id = active.runner->in_hand().job.id;
    const auto end = active.runner->end();
    if (!end)
        return context_.tally.drop_job(id, context_.pauser.worked());
    context_.tally.end_job(id, context_.pauser.worked());
    if (*end == JobState::done)
        ++ended_.done;
    else if (*end == JobState::skipped)
        ++ended_.skipped;
    else if (failed_.insert(id).second)
        ++ended_.failed;
}

bool Jobs::forget_failed(JobId job) {
    const bool known = failed_.erase(job) > 0;
    if (known)
        --ended_.failed;
    return known;
}

void Jobs::say_chunk_done(int chunk) {
    Event event;
    event.kind = EventKind::chunk_done;
    event.severity = Severity::info;
    event.message = fmt::format("chunk{:02} is done", chunk);
    event.chunk = chunk;
    context_.events.publish(event);
    if (on_chunk_done_)
        on_chunk_done_(chunk);
}

/// False where that is refused; those who asked know why then.
Awaitable<bool> Jobs::was_given_back(Active& active) {
    for (;;) {
        const bool full = co_await give_back_until_full(active);
        if (!full)
            break;
        co_await context_.disk.after_full_ledger();
    }
    if (!active.giving_back->refusal)
        co_return true;
    active.giving_back->over = true;
    active.giving_back.reset();
    changed_.notify_all();
    co_return false;
}

Awaitable<bool> Jobs::give_back_until_full(Active& active) {
    try {
        co_await give_back(active);
        co_return false;
    } catch (const DiskFullError&) {
        co_return true;
    }
}

/// Each step can be done again with the same result.
Awaitable<void> Jobs::give_back(Active& active) {
    const auto& hand = active.runner->in_hand();
    const auto job = hand.job;
    // Before the rename: this machine's own scan may find it there at once.
    co_await leave_alone(job, job.source);
    const auto returned =
        co_await context_.share.retire(job.claimed_path, Place::to_assign, job.source, job.file);
    if (returned.outcome == RetireOutcome::retired && returned.path != job.source)
        co_await leave_alone(job, returned.path);
    if (returned.outcome != RetireOutcome::retired || returned.path != job.source)
        co_await context_.ledger.undecline(job.source);
    if (returned.outcome == RetireOutcome::refused) {
        active.giving_back->refusal = returned.reason;
        co_return;
    }
    co_await context_.ledger.forget_job(job.id);
    co_await context_.work_dir.remove_job(job.id);
    if (returned.outcome == RetireOutcome::retired) {
        hand.say(EventKind::source_returned, Severity::notice,
                 "given back to to_assign; this machine leaves it alone until it changes");
    } else {
        hand.say(EventKind::claim_lost, Severity::warning, "cannot be given back: it is gone");
    }
}

Awaitable<void> Jobs::leave_alone(const Job& job, std::string path) {
    Declined declined{std::move(path), job.file, "cancelled"};
    co_await context_.ledger.decline(std::move(declined));
}

Awaitable<std::optional<std::string>> Jobs::cancel(std::string source) {
    const auto active = std::find_if(active_.begin(), active_.end(), [&](const Active& candidate) {
        return candidate.runner->in_hand().job.source == source;
    });
    if (active == active_.end())
        co_return "it is not under way here";
    const auto& job = active->runner->in_hand().job;
    // The rename may be on its way, and what it did would not be known.
    if (!job.retired_path.empty())
        co_return fmt::format("all that is left is to move it to {}",
                              job.error.empty() ? "done" : "failed");
    if (!active->giving_back)
        active->giving_back = std::make_shared<GivingBack>();
    const auto giving_back = active->giving_back;
    active->scope.cancel();
    while (!giving_back->over)
        co_await changed_.wait();
    co_return giving_back->refusal;
}

Awaitable<void> Jobs::stop() {
    scope_.cancel();
    co_await scope_.wait();
    active_.clear();
}

const JobRunner* Jobs::find(const std::string& source) const {
    for (const auto& active : active_)
        if (active.runner->in_hand().job.source == source)
            return &*active.runner;
    return nullptr;
}

std::size_t Jobs::chunks_in_work() const {
    std::set<int> chunks;
    for (const auto& active : active_)
        chunks.insert(active.runner->in_hand().job.chunk);
    return chunks.size();
}

} // namespace av1encd
