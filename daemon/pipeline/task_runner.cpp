#include "daemon/pipeline/task_runner.hpp"

#include "common/quantities.hpp"
#include "daemon/core/line_pieces.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace av1encd {

namespace {

constexpr std::uint64_t room_beside = 16ULL << 20;
constexpr std::size_t lines_kept = 10;

/// Checks and the like give way to the encoders, which have the configured priority.
PriorityConfig beside(PriorityConfig priority) {
    priority.cpu = CpuPolicy::idle;
    return priority;
}

std::string cause_of(const TaskVerdict& verdict) {
    if (const auto* again = std::get_if<TryAgain>(&verdict))
        return again->cause;
    if (const auto* given_up = std::get_if<GiveUp>(&verdict))
        return given_up->cause;
    return {};
}

std::optional<int> segment_of(const Task& task) {
    return task.kind == TaskKind::segment ? std::optional(task.slot.segment) : std::nullopt;
}

/// A stall says nothing of the source, so it never fails one; and whatever stops encoders again and
/// again is not met by starting them as fast as it can.
std::chrono::minutes pause_after_stall(int too_many) {
    constexpr int most_doublings = 6;
    return std::chrono::minutes(1 << std::min(too_many - 1, most_doublings));
}

/// Lines as ffmpeg's -progress writes them, from pieces of any size.
class ProgressLines {
public:
    template <typename Take>
    void feed(std::string_view text, Take take) {
        for_each_line(rest_, text, [&](std::string_view line) {
            if (const auto progress = parser_.take_line(line))
                take(*progress);
        });
    }

private:
    std::string rest_;
    ProgressParser parser_;
};

} // namespace

TaskRunner::Listed::Listed(std::list<std::string>& list, const std::string& what)
    : list_(list),
      which_(list.insert(list.end(), what)) {}

TaskRunner::Listed::~Listed() {
    list_.erase(which_);
}

std::uint64_t TaskRunner::room_needed() const {
    return job_.file.bytes / 2 + room_beside;
}

Awaitable<std::variant<ProcessOutcome, TaskFailed>> TaskRunner::run(Task task) {
    for (Troubles troubles;;) {
        std::optional<Slots::Lease> slot;
        if (task.urgency) {
            auto lease = co_await context_.slots.take(task.urgency);
            slot.emplace(std::move(lease));
        }
        if (task.choose && !std::exchange(task.choose, nullptr)(task))
            co_return ProcessOutcome{};
        std::filesystem::path part;
        if (!task.output.empty())
            part = context_.work_dir.new_part(task.output);
        if (task.on_begin)
            task.on_begin();
        auto attempted = co_await attempt(task, troubles.tweaks, part, std::move(slot));
        const bool done = std::holds_alternative<TaskDone>(attempted.verdict);
        bool kept = done;
        if (done && !part.empty())
            kept = co_await commit(task, part);
        if (kept)
            co_return attempted.outcome;
        if (!part.empty())
            context_.work_dir.remove(part);
        if (done)
            attempted.verdict = DiskFull{};
        if (const auto failed = co_await get_over(task, attempted, troubles))
            co_return *failed;
    }
}

/// Until another attempt may begin; else why there will be none.
Awaitable<std::optional<TaskFailed>>
TaskRunner::get_over(const Task& task, const Attempted& attempted, Troubles& troubles) {
    const auto& verdict = attempted.verdict;
    const auto* fault = std::get_if<NotRunnable>(&verdict);
    troubles.not_runnable = fault != nullptr ? troubles.not_runnable + 1 : 0;
    if (fault != nullptr)
        co_await context_.disk.after_machine_fault(fault->cause, troubles.not_runnable);
    else if (std::holds_alternative<DiskFull>(verdict))
        co_await context_.disk.after_full_work_dir(room_needed());
    else if (std::holds_alternative<CleanedUp>(verdict))
        say(task, EventKind::cleaned_up, Severity::debug,
            fmt::format("{} was cleaned up", task.what));
    else if (std::holds_alternative<Stalled>(verdict))
        co_await get_over_stall(task, attempted, troubles);
    else
        co_return co_await get_over_failure(task, attempted, troubles);
    co_return std::nullopt;
}

Awaitable<void> TaskRunner::get_over_stall(const Task& task, const Attempted& attempted,
                                           Troubles& troubles) {
    ++troubles.stalls;
    const auto number = troubles.failures + troubles.stalls;
    const auto cause = std::get<Stalled>(attempted.verdict).cause;
    FailedAttempt failed{task.kind, task.crf, task.range,        task.what,
                         number,    cause,    attempted.outcome, segment_of(task)};
    co_await record(std::move(failed));
    const int too_many = troubles.stalls - context_.config.retries;
    if (too_many <= 0)
        co_return;
    const auto pause = pause_after_stall(too_many);
    say(task, EventKind::note, Severity::warning,
        fmt::format("{} stalled {} and is tried again in {}; av1ctl cancel gives the source back",
                    task.what,
                    troubles.stalls == 1 ? "once" : fmt::format("{} times", troubles.stalls),
                    print_duration(pause)));
    co_await context_.clock.wait_until(context_.clock.now() + pause);
}

Awaitable<std::optional<TaskFailed>>
TaskRunner::get_over_failure(const Task& task, const Attempted& attempted, Troubles& troubles) {
    ++troubles.failures;
    const auto cause = cause_of(attempted.verdict);
    FailedAttempt failed{task.kind,
                         task.crf,
                         task.range,
                         task.what,
                         troubles.failures + troubles.stalls,
                         cause,
                         attempted.outcome,
                         segment_of(task)};
    co_await record(std::move(failed));
    const auto* again = std::get_if<TryAgain>(&attempted.verdict);
    if (again == nullptr || troubles.failures > context_.config.retries)
        co_return TaskFailed{cause};
    troubles.tweaks = again->tweaks;
    co_return std::nullopt;
}

Awaitable<TaskRunner::Attempted> TaskRunner::attempt(const Task& task, SegmentTweaks tweaks,
                                                     std::filesystem::path part,
                                                     std::optional<Slots::Lease> slot) {
    ProcessRequest request;
    request.command = task.command(tweaks, part);
    request.priority = slot ? context_.config.priority : beside(context_.config.priority);
    request.on_stdout = task.on_stdout;
    request.memory_limit = task.memory_limit;
    request.reach.readable.push_back(context_.work_dir.job_folder(job_.id));
    if (task.output_by == OutputBy::standard_output && !part.empty())
        request.stdout_file = part;
    else if (!part.empty())
        request.reach.writable.push_back(part);
    Attempted attempted;
    if (slot)
        attempted.outcome = co_await run_in_slot(task, std::move(request), std::move(*slot));
    else
        attempted.outcome = co_await run_beside(task, std::move(request));
    attempted.verdict =
        judge_task(task.kind, attempted.outcome, context_.work_dir.free_bytes(), tweaks);
    // The file is there before the process is.
    if (std::holds_alternative<TaskDone>(attempted.verdict) && task.output_by == OutputBy::path &&
        !part.empty() && context_.work_dir.size_of(part) == 0U)
        attempted.verdict = TryAgain{"it ended well and wrote nothing", tweaks};
    // A full disk, too little memory and the like say nothing of what was decoded.
    const bool about_content = std::holds_alternative<GiveUp>(attempted.verdict);
    if (task.judged_by == JudgedBy::caller && attempted.outcome.exit_status && about_content)
        attempted.verdict = TaskDone{};
    co_return attempted;
}

Awaitable<ProcessOutcome> TaskRunner::run_in_slot(const Task& task, ProcessRequest request,
                                                  Slots::Lease slot) {
    slot.begin(task.slot);
    const Listed listed(running_, task.what);
    say(task, EventKind::segment_started, Severity::debug, fmt::format("{} begins", task.what));
    ProgressLines lines;
    request.on_start = [&slot](pid_t pid) { slot.work().pid = pid; };
    request.on_stdout = [this, &task, &slot, &lines](std::string_view text) {
        lines.feed(text,
                   [&](const Progress& progress) { take_progress(task, slot.work(), progress); });
    };
    co_return co_await context_.processes.run(std::move(request));
}

void TaskRunner::say(const Task& task, EventKind kind, Severity severity,
                     std::string message) const {
    Event event;
    event.kind = kind;
    event.severity = severity;
    event.source = job_.source;
    event.crf = task.crf;
    event.segment = segment_of(task);
    event.chunk = job_.chunk;
    event.message = std::move(message);
    context_.events.publish(event);
}

void TaskRunner::take_progress(const Task& task, SlotWork& work, const Progress& progress) {
    const auto seconds = std::chrono::duration<double>(progress.out_time).count();
    const double done =
        task.seconds_of_video > 0 ? std::clamp(seconds / task.seconds_of_video, 0.0, 1.0) : 0;
    // ffmpeg's own figure counts the time in which it was suspended.
    const auto worked =
        std::chrono::duration<double>(context_.pauser.worked() - work.begun).count();
    work.fps = worked > 0 ? static_cast<double>(progress.frames) / worked : 0;
    work.frames = progress.frames;
    work.output_bytes = progress.output_bytes;
    work.fraction = std::max(work.fraction, done);
    task.on_progress(work.fraction);
    Event event;
    event.kind = EventKind::progress;
    event.severity = Severity::debug;
    event.source = job_.source;
    event.crf = task.crf;
    event.segment = work.segment;
    event.chunk = job_.chunk;
    event.fraction = context_.tally.fraction(job_.id, task.slot.crf);
    event.fps = work.fps;
    context_.events.publish(event);
}

Awaitable<ProcessOutcome> TaskRunner::run_beside(const Task& task, ProcessRequest request) {
    const auto lease = co_await context_.slots.take_beside(job_.chunk);
    const Listed listed(running_, task.what);
    co_return co_await context_.processes.run(std::move(request));
}

Awaitable<bool> TaskRunner::commit(const Task& task, std::filesystem::path part) {
    try {
        co_await context_.work_dir.commit(part, task.output);
        co_return true;
    } catch (const DiskFullError&) {
        co_return false;
    }
}

Awaitable<void> TaskRunner::record(FailedAttempt failed) {
    Event event;
    event.kind = EventKind::attempt_failed;
    event.severity = Severity::warning;
    event.source = job_.source;
    event.crf = failed.crf;
    event.segment = failed.segment;
    event.chunk = job_.chunk;
    event.message =
        fmt::format("{} failed (attempt {}): {}", failed.what, failed.number, failed.cause);
    event.details = failed.outcome.stderr_lines;
    context_.events.publish(event);

    Attempt attempt;
    attempt.job = job_.id;
    attempt.task = failed.kind;
    attempt.crf = failed.crf;
    attempt.range = failed.range;
    attempt.number = failed.number;
    attempt.cause = std::move(failed.cause);
    attempt.last_lines = failed.outcome.last_lines(lines_kept);
    attempt.ended_at = context_.clock.wall_now();
    co_await context_.ledger.add_attempt(std::move(attempt));
}

} // namespace av1encd
