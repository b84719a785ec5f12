#include "daemon/control/status_report.hpp"

#include "common/human_format.hpp"
#include "common/source_text.hpp"

#include <fmt/format.h>

namespace av1encd {

namespace {

std::string chunk_name(int chunk) {
    return chunk > 0 ? fmt::format("chunk{:02}", chunk) : "";
}

std::string state_word(const Context& context, const Jobs& jobs, Phase phase) {
    if (phase == Phase::starting)
        return "starting";
    if (phase == Phase::stopping)
        return "stopping";
    const auto& holds = context.pauser.holds();
    if (holds.suspends_tasks())
        return "paused";
    if (holds.has(HoldReason::operator_pause))
        return context.slots.busy() ? "draining" : "paused";
    return jobs.active() > 0 ? "running" : "idle";
}

HoldStatus report_hold(const Hold& hold) {
    HoldStatus status{to_string(hold.reason), printable(hold.text), iso_time(hold.since), {}};
    if (hold.until)
        status.until = iso_time(*hold.until);
    return status;
}

SlotStatus report_slot(int number, const std::optional<SlotWork>& work, WorkClock::Span now) {
    SlotStatus status;
    status.slot = number;
    if (!work)
        return status;
    status.pid = work->pid;
    status.source = source_to_text(work->source);
    status.crf = work->crf;
    status.segment = work->segment;
    status.segments = work->segments;
    status.total_bytes = work->bytes;
    status.done_bytes =
        static_cast<std::uint64_t>(work->fraction * static_cast<double>(work->bytes));
    status.elapsed_s = std::chrono::duration<double>(now - work->begun).count();
    if (work->fraction > 0)
        status.eta_s = status.elapsed_s * (1 - work->fraction) / work->fraction;
    status.fps = work->fps;
    return status;
}

RenditionStatus report_rendition(const Rendition& rendition, const Tally& tally) {
    RenditionStatus status;
    status.crf = rendition.crf;
    status.state = to_string(rendition.state);
    status.fraction =
        rendition.state == RenditionState::done ? 1 : tally.fraction(rendition.job, rendition.crf);
    status.segments = rendition.segments;
    status.output_bytes = rendition.output_bytes;
    status.attempts = rendition.attempts;
    return status;
}

AttemptStatus report_attempt(const Attempt& attempt) {
    AttemptStatus status;
    status.task = to_string(attempt.task);
    status.crf = attempt.crf;
    status.number = attempt.number;
    status.cause = printable(attempt.cause);
    for (const auto& line : attempt.last_lines)
        status.last_lines.push_back(printable(line));
    status.time = iso_time(attempt.ended_at);
    return status;
}

} // namespace

Status report_status(const Context& context, const Jobs& jobs, const Claimer& claimer,
                     const JobCounts& before, Phase phase, const std::string& version) {
    const auto now = context.pauser.worked();
    Status status;
    status.version = version;
    status.machine = context.machine.name();
    status.state = state_word(context, jobs, phase);
    for (const auto& hold : context.pauser.holds().all())
        status.holds.push_back(report_hold(hold));
    const auto& works = context.slots.works();
    for (std::size_t index = 0; index < works.size(); ++index)
        if (works[index] || index < static_cast<std::size_t>(context.slots.count()))
            status.slots.push_back(report_slot(static_cast<int>(index) + 1, works[index], now));
    for (const auto& chunk : context.tally.chunks(now))
        status.chunks.push_back({chunk_name(chunk.chunk), chunk.done_bytes, chunk.total_bytes,
                                 chunk.elapsed_seconds, chunk.finished});
    status.jobs.waiting = claimer.waiting();
    status.jobs.unreadable = claimer.unreadable();
    status.jobs.active = jobs.active();
    status.jobs.done = before.done + jobs.ended().done;
    status.jobs.failed = before.failed + jobs.ended().failed;
    status.jobs.skipped = before.skipped + jobs.ended().skipped;
    const auto total = context.tally.total(now);
    status.totals = {total.source_bytes, total.elapsed_seconds, total.mib_per_minute};
    return status;
}

JobStatus report_job(const JobDetails& details, const Tally& tally) {
    JobStatus status;
    status.source = source_to_text(details.job.source);
    status.state = to_string(details.job.state);
    status.chunk = chunk_name(details.job.chunk);
    status.source_bytes = details.job.file.bytes;
    status.error = printable(details.job.error);
    for (const auto& rendition : details.renditions)
        status.renditions.push_back(report_rendition(rendition, tally));
    return status;
}

JobDetailStatus report_job_detail(const JobDetails& details, const Tally& tally,
                                  std::vector<std::string> running) {
    JobDetailStatus status;
    status.job = report_job(details, tally);
    status.sha256 = details.job.sha256;
    status.output_name = source_to_text(details.job.output_name);
    status.claimed_at = iso_time(details.job.claimed_at);
    if (details.job.ended_at)
        status.ended_at = iso_time(*details.job.ended_at);
    for (const auto& note : details.job.notes)
        status.notes.push_back(printable(note));
    for (const auto& attempt : details.attempts)
        status.attempts.push_back(report_attempt(attempt));
    status.current_tasks = std::move(running);
    return status;
}

HistoryStatus report_history(const HistoryEntry& entry, const std::string& output_root) {
    HistoryStatus status;
    status.time = iso_time(entry.finished_at);
    status.source = source_to_text(entry.source);
    status.crf = entry.crf;
    status.source_bytes = entry.source_bytes;
    status.output_bytes = entry.output_bytes;
    if (entry.source_bytes > 0)
        status.ratio =
            static_cast<double>(entry.output_bytes) / static_cast<double>(entry.source_bytes);
    status.encode_s = entry.encode_seconds;
    if (entry.encode_seconds > 0)
        status.speed = entry.video_seconds / entry.encode_seconds;
    status.output = source_to_text(fmt::format("{}/{}", output_root, entry.output));
    return status;
}

EventStatus report_event(const Event& event, WallTime now) {
    EventStatus status;
    status.event = to_string(event.kind);
    status.time = iso_time(now);
    status.message = printable(event.message);
    if (!event.source.empty())
        status.source = source_to_text(event.source);
    status.crf = event.crf;
    status.segment = event.segment;
    if (event.chunk > 0)
        status.chunk = chunk_name(event.chunk);
    if (event.kind == EventKind::progress) {
        status.fraction = event.fraction;
        status.fps = event.fps;
    }
    return status;
}

} // namespace av1encd
