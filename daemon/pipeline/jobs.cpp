#include "daemon/pipeline/jobs.hpp"

#include "daemon/core/encode_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace av1encd {

namespace {

constexpr std::uint64_t room_for_records = 4ULL << 20;

} // namespace

Jobs::Jobs(Context& context, CoroutineScope::FailureHandler on_failure)
    : context_(context),
      changed_(context.executor),
      scope_(context.executor, std::move(on_failure)) {}

void Jobs::start(JobDetails recorded) {
    const auto& job = recorded.job;
    const auto encode = encode_settings_from(job.settings).value_or(context_.config.encode);
    context_.tally.add_job(job.chunk, job.id, job.file.bytes, static_cast<int>(encode.crf.size()),
                           context_.pauser.worked());
    auto& active = active_.emplace_back(context_, std::move(recorded));
    scope_.start(supervise(active));
    changed_.notify_all();
}

Awaitable<void> Jobs::supervise(Active& active) {
    while (co_await run_until_full(active))
        co_await begin_anew(active);
    if (active.given_back)
        co_await give_back(active);
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

/// From what the ledger knows, as after a restart.
Awaitable<void> Jobs::begin_anew(Active& active) {
    const auto source = active.runner->in_hand().job.source;
    co_await context_.disk.after_full_work_dir(room_for_records);
    auto details = co_await context_.ledger.job_of(source);
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
    else
        ++ended_.failed;
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

Awaitable<void> Jobs::give_back(Active& active) {
    if (active.runner->end())
        co_return; // it was retired before the cancellation reached it
    const auto& hand = active.runner->in_hand();
    const auto job = hand.job;
    Declined declined{job.source, job.file, "cancelled"};
    co_await context_.ledger.decline(std::move(declined));
    const auto returned =
        co_await context_.share.retire(job.claimed_path, Place::to_assign, job.source, job.file);
    co_await context_.ledger.forget_job(job.id);
    co_await context_.work_dir.remove_job(job.id);
    if (returned.outcome == RetireOutcome::retired)
        hand.say(EventKind::source_returned, Severity::notice,
                 "given back to to_assign; this machine leaves it alone until it changes");
    else
        hand.say(EventKind::claim_lost, Severity::warning,
                 fmt::format("cannot be given back: {}",
                             returned.reason.empty() ? "it is gone" : returned.reason));
}

Awaitable<bool> Jobs::cancel(std::string source) {
    const auto active = std::find_if(active_.begin(), active_.end(), [&](const Active& candidate) {
        return candidate.runner->in_hand().job.source == source;
    });
    if (active == active_.end())
        co_return false;
    active->given_back = true;
    active->scope.cancel();
    while (has(source))
        co_await changed_.wait();
    co_return true;
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
