#include "daemon/pipeline/job_runner.hpp"

#include "common/file_name.hpp"
#include "common/source_text.hpp"
#include "daemon/core/encode_settings.hpp"
#include "daemon/core/job_report.hpp"
#include "daemon/pipeline/cut_study.hpp"
#include "daemon/pipeline/rendition_runner.hpp"
#include "daemon/pipeline/source_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace av1encd {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t room_beside_source = 16ULL << 20;
constexpr LimitsConfig no_limits{std::numeric_limits<std::uint64_t>::max(),
                                 std::numeric_limits<std::uint64_t>::max()};

std::vector<Rendition> in_order(const std::map<int, Rendition>& renditions) {
    std::vector<Rendition> list;
    list.reserve(renditions.size());
    for (const auto& [crf, rendition] : renditions)
        list.push_back(rendition);
    return list;
}

} // namespace

JobRunner::JobRunner(Context& context, JobDetails recorded)
    : context_(context),
      hand_(context, std::move(recorded)),
      parts_(context.executor) {}

Awaitable<void> JobRunner::run() {
    // Where the end was decided before a restart, only the rename is left to be done.
    bool ours = true;
    if (hand_.job.retired_path.empty())
        ours = co_await decide();
    if (ours)
        ours = co_await retire();
    if (!ours)
        co_await drop_lost_claim();
}

/// False where the claim is lost. Else the job's end is decided and recorded.
Awaitable<bool> JobRunner::decide() {
    for (;;) {
        hand_.unplanned.emplace(context_.work_ahead, [] { return WorkLeft{0, 0, 0, true}; });
        const auto staging = co_await stage();
        if (staging == Staging::lost)
            co_return false;
        if (staging == Staging::staged) {
            hand_.job.error.clear();
            if (const auto failure = co_await work())
                hand_.job.error = *failure;
        }
        hand_.unplanned.reset();
        if (!co_await source_changed())
            break;
        co_await start_over();
    }
    hand_.job.state = JobState::publishing;
    hand_.job.retired_path = hand_.job.source;
    co_await hand_.save();
    co_return true;
}

Awaitable<JobRunner::Staging> JobRunner::stage() {
    auto& job = hand_.job;
    if (!job.sha256.empty() && context_.work_dir.size_of(hand_.source_file()) == job.file.bytes)
        co_return Staging::staged;
    for (;;) {
        co_await context_.disk.room_in_work_dir(job.file.bytes + room_beside_source);
        const auto part = context_.work_dir.new_part(hand_.source_file());
        Staged staged;
        {
            const WaitingSegment urgency{job.chunk, 0, 0};
            const auto place = co_await context_.transfers.take(urgency);
            staged = co_await context_.share.fetch(hand_.claimed(), part, {});
        }
        if (staged.outcome == StageOutcome::staged) {
            co_await context_.work_dir.commit(part, hand_.source_file());
            job.file = staged.file;
            job.sha256 = staged.sha256;
            job.state = JobState::encoding;
            co_await hand_.save();
            hand_.say(EventKind::staged, Severity::debug, "copied to work_dir");
            co_return Staging::staged;
        }
        context_.work_dir.remove(part);
        if (staged.outcome == StageOutcome::gone)
            co_return Staging::lost;
        if (staged.outcome == StageOutcome::unreadable) {
            job.error = fmt::format("cannot be read: {}", staged.reason);
            co_return Staging::unreadable;
        }
        if (staged.outcome == StageOutcome::no_space)
            co_await context_.disk.after_full_work_dir(job.file.bytes + room_beside_source);
        else // it changed under the copy: somebody still writes it
            co_await context_.clock.wait_until(context_.clock.now() + context_.config.share.settle);
    }
}

/// nullopt: every rendition is published. Else why not.
Awaitable<std::optional<std::string>> JobRunner::work() {
    if (hand_.job.file.bytes == 0)
        co_return "not a video: the file is empty";
    // A job under way keeps its plan, whatever the configuration says by now.
    auto encode = settings_of(hand_.job, context_.config.encode);
    // And one that was let in is in, whatever the limits are by now.
    const auto limits = hand_.job.settings.empty() ? context_.config.limits : no_limits;
    auto refusal = co_await study_source(hand_, std::move(encode), limits);
    if (refusal)
        co_return refusal;
    auto existing = co_await choose_output_name(hand_);
    failure_.reset();
    renditions_over_ = false;
    co_await run_parts(std::move(existing));
    auto reasons = failures();
    if (reasons)
        co_await end_renditions();
    co_return reasons;
}

/// Those that another part's failure ended midway.
Awaitable<void> JobRunner::end_renditions() {
    for (auto& [crf, rendition] : hand_.renditions) {
        if (rendition.state == RenditionState::done || rendition.state == RenditionState::failed)
            continue;
        rendition.state = RenditionState::failed;
        co_await hand_.save(crf);
    }
}

Awaitable<void> JobRunner::run_parts(std::map<int, ExistingOutput> existing) {
    // First: the renditions wait for what it finds.
    parts_.start(study_part());
    parts_.start(renditions_part(std::move(existing)));
    parts_.start(audio_part());
    // Last: it may give up at once, and that cancels what was started.
    parts_.start(judge_part());
    co_await parts_.wait();
}

void JobRunner::give_up(std::string reason) {
    failure_ = std::move(reason);
    parts_.cancel();
}

/// Nobody reads what it finds once everything is encoded.
Awaitable<void> JobRunner::study_part() {
    CoroutineScope scope(context_.executor);
    scope.start(study_cuts(hand_));
    scope.start(cancel_once_renditions_are_over(scope));
    co_await scope.wait();
}

Awaitable<void> JobRunner::cancel_once_renditions_are_over(CoroutineScope& scope) {
    while (hand_.cuts_studied_until && !renditions_over_)
        co_await hand_.changed.wait();
    scope.cancel();
}

Awaitable<void> JobRunner::judge_part() {
    const auto failure = co_await judge_source_by_decoding(hand_);
    if (failure)
        co_return give_up(*failure);
    hand_.changed.notify_all();
}

Awaitable<void> JobRunner::audio_part() {
    if (hand_.plan.audio.empty())
        co_return;
    while (!hand_.audio_wanted) {
        // Every rendition was there already, perhaps before this part began.
        if (renditions_over_)
            co_return;
        co_await hand_.changed.wait();
    }
    if (!context_.work_dir.size_of(hand_.audio_file())) {
        Task task;
        task.kind = TaskKind::audio;
        task.what = "audio";
        task.output = hand_.audio_file();
        task.memory_limit = memory_to_decode(hand_.plan.video.source, hand_.machine());
        task.command = [this](const SegmentTweaks&, const std::filesystem::path& output) {
            return audio_command(hand_.plan, hand_.source_file(), hand_.demuxers, output);
        };
        const auto result = co_await hand_.tasks.run(std::move(task));
        if (const auto* failed = std::get_if<TaskFailed>(&result))
            co_return give_up(fmt::format("audio: {}", failed->cause));
    }
    hand_.audio_ready = true;
    hand_.changed.notify_all();
}

Awaitable<void> JobRunner::renditions_part(std::map<int, ExistingOutput> existing) {
    std::vector<std::unique_ptr<RenditionRunner>> runners;
    CoroutineScope scope(context_.executor);
    for (const int crf : hand_.plan.ladder) {
        if (hand_.renditions.at(crf).state == RenditionState::done) {
            context_.tally.set_fraction(hand_.job.id, crf, 1);
            continue;
        }
        std::optional<ExistingOutput> output;
        if (const auto found = existing.find(crf); found != existing.end())
            output = std::move(found->second);
        runners.push_back(std::make_unique<RenditionRunner>(hand_, crf, std::move(output)));
        scope.start(runners.back()->run());
    }
    hand_.unplanned.reset();
    co_await scope.wait();
    renditions_over_ = true;
    hand_.changed.notify_all();
}

std::optional<std::string> JobRunner::failures() const {
    if (failure_)
        return failure_;
    std::vector<std::string> reasons;
    for (const int crf : hand_.plan.ladder) {
        const auto& rendition = hand_.renditions.at(crf);
        const bool said = std::ranges::find(reasons, rendition.error) != reasons.end();
        if (rendition.state != RenditionState::done && !said)
            reasons.push_back(rendition.error);
    }
    if (reasons.empty())
        return std::nullopt;
    return fmt::format("{}", fmt::join(reasons, "; "));
}

/// Two looks before the claim can agree while another machine still writes; nothing is said of a
/// source before it was looked at once more.
Awaitable<bool> JobRunner::source_changed() {
    const auto look = co_await context_.share.look_afresh(hand_.claimed());
    co_return look.outcome == LookOutcome::found&& look.file != hand_.job.file;
}

/// A file that somebody goes on writing for hours is not copied and judged all the time.
Awaitable<void> JobRunner::let_it_settle() {
    constexpr int most_doublings = 9; // of a second: eight minutes
    if (changes_++ == 0)
        co_return;
    const std::chrono::milliseconds settle = std::max<Duration>(context_.config.share.settle, 1s);
    co_await context_.clock.wait_until(context_.clock.now() +
                                       settle * (1 << std::min(changes_ - 2, most_doublings)));
}

Awaitable<void> JobRunner::start_over() {
    hand_.say(EventKind::note, Severity::notice,
              "the source changed after it was claimed: it is copied anew");
    co_await let_it_settle();
    const auto look = co_await context_.share.look_afresh(hand_.claimed());
    hand_.job.file = look.file;
    hand_.job.sha256.clear();
    hand_.job.settings.clear();
    hand_.job.plan.clear();
    hand_.job.error.clear();
    hand_.source_times.reset();
    hand_.audio_wanted = hand_.audio_ready = false;
    hand_.output_name_in_use.reset();
    hand_.job.output_name.clear();
    co_await context_.work_dir.remove_job(hand_.job.id);
    co_await hand_.save();
    for (auto& [crf, rendition] : hand_.renditions) {
        rendition = Rendition();
        rendition.job = hand_.job.id;
        rendition.crf = crf;
        co_await hand_.save(crf);
    }
}

/// False where the claim is lost.
Awaitable<bool> JobRunner::retire() {
    auto& job = hand_.job;
    const auto place = job.error.empty() ? Place::done : Place::failed;
    std::optional<DiskHold::Waiting> waiting;
    for (;;) {
        const auto retired =
            co_await context_.share.retire(job.claimed_path, place, job.retired_path, job.file);
        if (retired.outcome == RetireOutcome::lost)
            co_return false;
        if (retired.outcome == RetireOutcome::retired) {
            job.retired_path = retired.path;
            break;
        }
        if (!waiting)
            waiting.emplace(context_.disk,
                            fmt::format("cannot retire {}: {}", source_for_display(job.source),
                                        retired.reason));
        co_await context_.disk.wait_for_output(0);
    }
    if (place == Place::failed)
        co_await leave_error_text();
    end_ = job.state = end_state(job, in_order(hand_.renditions));
    job.ended_at = context_.clock.wall_now();
    co_await hand_.save();
    co_await context_.work_dir.remove_job(job.id);
    say_end();
    co_return true;
}

Awaitable<void> JobRunner::leave_error_text() {
    auto details = co_await context_.ledger.job_of(hand_.job.source);
    const auto attempts = details ? details->attempts : std::vector<Attempt>{};
    auto text =
        error_text(hand_.job, context_.machine.name(), in_order(hand_.renditions), attempts);
    const auto file = context_.work_dir.job_folder(hand_.job.id) / "error.txt";
    co_await context_.work_dir.write(file, std::move(text));
    SharePath to{Place::failed, suffixed_path(hand_.job.retired_path, ".error.txt")};
    const auto published = co_await context_.share.publish(file, to, {});
    if (published.outcome != PublishOutcome::published)
        hand_.say(EventKind::note, Severity::warning,
                  fmt::format("cannot write its error text {}: {}", source_for_display(to.path),
                              published.outcome == PublishOutcome::exists
                                  ? "another file has its name"
                                  : published.reason));
}

Awaitable<void> JobRunner::drop_lost_claim() {
    hand_.say(EventKind::claim_lost, Severity::warning,
              "the claim is lost: the source is no longer in this machine's in_progress");
    co_await context_.ledger.forget_job(hand_.job.id);
    co_await context_.work_dir.remove_job(hand_.job.id);
}

void JobRunner::say_end() const {
    const auto& job = hand_.job;
    if (job.state == JobState::failed)
        return hand_.say(EventKind::source_failed, Severity::error,
                         fmt::format("failed: {}", job.error));
    if (job.state == JobState::skipped)
        return hand_.say(EventKind::source_skipped, Severity::notice,
                         "skipped: all its renditions were already there and passed the check");
    hand_.say(EventKind::source_done, Severity::notice,
              done_line(job, in_order(hand_.renditions), *job.ended_at - job.claimed_at));
}

} // namespace av1encd
