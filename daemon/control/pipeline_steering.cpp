#include "daemon/control/pipeline_steering.hpp"

#include "common/source_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace av1encd {

namespace {

constexpr std::size_t most_jobs_listed = 10'000;

class HubSubscription final : public Subscription {
public:
    HubSubscription(EventHub& hub, EventHub::Hear hear) : listener_(hub, std::move(hear)) {}

private:
    EventHub::Listener listener_;
};

std::optional<JobState> wanted_state(const std::string& word) {
    if (word.empty())
        return std::nullopt;
    const auto state = job_state_from(word);
    if (!state)
        throw Refused(fmt::format("'{}' is no state; states are claimed, encoding, publishing, "
                                  "done, failed and skipped",
                                  printable(word)));
    return state;
}

} // namespace

PipelineSteering::PipelineSteering(Context& context, Jobs& jobs, Claimer& claimer, ShareGate& gate,
                                   EventHub& hub, DaemonCalls daemon)
    : context_(context),
      jobs_(jobs),
      claimer_(claimer),
      gate_(gate),
      hub_(hub),
      daemon_(std::move(daemon)) {}

Status PipelineSteering::status() {
    return report_status(context_, jobs_, claimer_, before_, daemon_.phase(), daemon_.version);
}

Awaitable<std::vector<JobStatus>> PipelineSteering::list(std::string state) {
    const auto wanted = wanted_state(state);
    std::vector<JobStatus> list;
    const auto jobs = co_await context_.ledger.jobs(wanted, most_jobs_listed);
    list.reserve(jobs.size());
    for (const auto& details : jobs)
        list.push_back(report_job(details, context_.tally));
    co_return list;
}

Awaitable<JobDetailStatus> PipelineSteering::show(std::string source) {
    const auto details = co_await context_.ledger.job_of(source);
    if (!details)
        throw NotFound(fmt::format("no job of '{}' is known here", source_for_display(source)));
    std::vector<std::string> running;
    if (const auto* job = jobs_.find(source))
        running.assign(job->in_hand().tasks.running().begin(),
                       job->in_hand().tasks.running().end());
    co_return report_job_detail(*details, context_.tally, std::move(running));
}

std::unique_ptr<Subscription>
PipelineSteering::subscribe(std::string source, std::function<void(const EventStatus&)> hear) {
    auto pass_on = [this, source = std::move(source), hear = std::move(hear)](const Event& event) {
        if (source.empty() || event.source == source)
            hear(report_event(event, context_.clock.wall_now()));
    };
    return std::make_unique<HubSubscription>(hub_, std::move(pass_on));
}

Awaitable<void> PipelineSteering::changed() {
    return jobs_.changed().wait();
}

Awaitable<void> PipelineSteering::pause(PauseRequest request, Caller caller) {
    auto text = request.reason.empty() ? fmt::format("by {}", caller.user)
                                       : fmt::format("{} (by {})", request.reason, caller.user);
    co_await context_.pauser.pause(std::move(text), request.duration, request.drain);
}

Awaitable<std::vector<std::string>> PipelineSteering::resume(Caller) {
    co_await context_.pauser.resume();
    std::vector<std::string> remaining;
    for (const auto& hold : context_.pauser.holds().all())
        remaining.push_back(to_string(hold.reason));
    co_return remaining;
}

Awaitable<void> PipelineSteering::cancel(std::string source, Caller caller) {
    if (!jobs_.has(source))
        throw NotFound(
            fmt::format("'{}' is not under way on this machine", source_for_display(source)));
    if (!gate_.is_open())
        throw Refused("the share is away; try again once its hold is lifted");
    say(source, "cancelled", caller);
    const auto refusal = co_await jobs_.cancel(source);
    if (refusal)
        throw Refused(
            fmt::format("'{}' cannot be given back: {}", source_for_display(source), *refusal));
}

Awaitable<void> PipelineSteering::retry(std::string source, Caller caller) {
    if (jobs_.has(source))
        throw Refused(fmt::format("'{}' is under way already", source_for_display(source)));
    const bool left_alone = co_await undecline(source);
    bool to_be_claimed = left_alone;
    // It may have been failed by another machine since it was given back.
    if (left_alone && gate_.is_open())
        to_be_claimed = co_await lies_in_to_assign(source);
    if (to_be_claimed)
        co_return claimer_.scan_soon();
    if (!gate_.is_open())
        throw Refused("the share is away; try again once its hold is lifted");
    const auto details = co_await context_.ledger.job_of(source);
    const bool failed_here = details && details->job.state == JobState::failed;
    // One that another machine failed lies under its own name, as far as anybody here knows.
    const auto path = failed_here ? details->job.retired_path : source;
    const auto returned = co_await context_.share.return_failed(path, source);
    if (returned.outcome == RetireOutcome::lost)
        throw NotFound(fmt::format("'{}' is not in failed", source_for_display(path)));
    if (returned.outcome == RetireOutcome::refused)
        throw Refused(returned.reason);
    if (failed_here)
        co_await forget_failed(details->job.id);
    say(source, "sent through again", caller);
    claimer_.scan_soon();
}

Awaitable<void> PipelineSteering::forget_failed(JobId job) {
    co_await context_.ledger.forget_job(job);
    if (!jobs_.forget_failed(job) && before_.failed > 0)
        --before_.failed;
}

Awaitable<bool> PipelineSteering::lies_in_to_assign(std::string source) {
    const SharePath path{Place::to_assign, std::move(source)};
    const auto look = co_await context_.share.look(path);
    co_return look.outcome != LookOutcome::gone;
}

/// A source that was given back is claimed again.
Awaitable<bool> PipelineSteering::undecline(std::string source) {
    const auto declined = co_await context_.ledger.declined();
    const bool known =
        std::any_of(declined.begin(), declined.end(),
                    [&](const Declined& candidate) { return candidate.source == source; });
    if (known)
        co_await context_.ledger.undecline(source);
    co_return known;
}

Awaitable<void> PipelineSteering::adopt(Caller caller) {
    try {
        co_await gate_.adopt();
    } catch (const ShareUnavailable& error) {
        throw Refused(whole_reason(error));
    }
    say({}, "the share's markers were adopted", caller);
    claimer_.scan_soon();
}

Awaitable<std::vector<HistoryStatus>>
PipelineSteering::history(std::optional<std::chrono::sys_seconds> since) {
    std::optional<WallTime> from;
    if (since)
        from = *since;
    const auto root = output_root(context_.config.share).native();
    std::vector<HistoryStatus> list;
    const auto entries = co_await context_.ledger.history(from);
    list.reserve(entries.size());
    for (const auto& entry : entries)
        list.push_back(report_history(entry, root));
    co_return list;
}

void PipelineSteering::reload(Caller caller) {
    try {
        daemon_.reload(caller.user);
    } catch (const ConfigError& error) {
        throw Refused(error.what());
    }
}

ConfigReport PipelineSteering::config() const {
    return {daemon_.config_yaml(), context_.config.share.root.native(),
            context_.config.share.extensions};
}

void PipelineSteering::say(const std::string& source, std::string message, const Caller& caller) {
    Event event;
    event.severity = Severity::notice;
    event.source = source;
    event.message = fmt::format("{} by {}", message, caller.user);
    context_.events.publish(event);
}

} // namespace av1encd
