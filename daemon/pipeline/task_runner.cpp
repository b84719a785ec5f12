#include "daemon/pipeline/task_runner.hpp"

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
    SegmentTweaks tweaks;
    int not_runnable = 0;
    for (int failures = 0;;) {
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
        const auto attempted = co_await attempt(task, tweaks, part, std::move(slot));
        const bool done = std::holds_alternative<TaskDone>(attempted.verdict);
        bool kept = done;
        if (done && !part.empty())
            kept = co_await commit(task, part);
        if (kept)
            co_return attempted.outcome;
        if (!part.empty())
            context_.work_dir.remove(part);
        if (done || std::holds_alternative<DiskFull>(attempted.verdict)) {
            co_await context_.disk.after_full_work_dir(room_needed());
            continue;
        }
        if (const auto* fault = std::get_if<NotRunnable>(&attempted.verdict)) {
            co_await context_.disk.after_machine_fault(fault->cause, ++not_runnable);
            continue;
        }
        ++failures;
        const auto cause = cause_of(attempted.verdict);
        FailedAttempt failed{task.kind, task.crf, task.range,       task.what,
                             failures,  cause,    attempted.outcome};
        co_await record(std::move(failed));
        const auto* again = std::get_if<TryAgain>(&attempted.verdict);
        if (again == nullptr || failures > context_.config.retries)
            co_return TaskFailed{cause};
        tweaks = again->tweaks;
    }
}

Awaitable<TaskRunner::Attempted> TaskRunner::attempt(const Task& task, SegmentTweaks tweaks,
                                                     std::filesystem::path part,
                                                     std::optional<Slots::Lease> slot) {
    ProcessRequest request;
    request.command = task.command(tweaks, part);
    request.priority = slot ? context_.config.priority : beside(context_.config.priority);
    request.on_stdout = task.on_stdout;
    if (task.output_by == OutputBy::standard_output && !part.empty())
        request.stdout_file = part;
    Attempted attempted;
    if (slot)
        attempted.outcome = co_await run_in_slot(task, std::move(request), std::move(*slot));
    else
        attempted.outcome = co_await run_beside(task, std::move(request));
    attempted.verdict =
        judge_task(task.kind, attempted.outcome, context_.work_dir.free_bytes(), tweaks);
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
    say_begin(task);
    ProgressLines lines;
    request.on_start = [&slot](pid_t pid) { slot.work().pid = pid; };
    request.on_stdout = [this, &task, &slot, &lines](std::string_view text) {
        lines.feed(text,
                   [&](const Progress& progress) { take_progress(task, slot.work(), progress); });
    };
    co_return co_await context_.processes.run(std::move(request));
}

void TaskRunner::say_begin(const Task& task) const {
    Event event;
    event.kind = EventKind::segment_started;
    event.severity = Severity::debug;
    event.source = job_.source;
    event.crf = task.crf;
    event.segment = task.slot.segment;
    event.chunk = job_.chunk;
    event.message = fmt::format("{} begins", task.what);
    context_.events.publish(event);
}

void TaskRunner::take_progress(const Task& task, SlotWork& work, const Progress& progress) {
    const auto seconds = std::chrono::duration<double>(progress.out_time).count();
    const double done =
        task.seconds_of_video > 0 ? std::clamp(seconds / task.seconds_of_video, 0.0, 1.0) : 0;
    work.fps = progress.fps;
    work.fraction = std::max(work.fraction, done);
    task.on_progress(work.fraction);
    Event event;
    event.kind = EventKind::progress;
    event.severity = Severity::debug;
    event.source = job_.source;
    event.crf = task.crf;
    event.segment = work.segment;
    event.chunk = job_.chunk;
    event.fraction = context_.tally.fraction(job_.id, task.crf);
    event.fps = progress.fps;
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
    if (failed.crf > 0)
        event.crf = failed.crf;
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
