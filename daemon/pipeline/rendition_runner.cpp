#include "daemon/pipeline/rendition_runner.hpp"

#include "common/source_text.hpp"
#include "daemon/core/output_check.hpp"
#include "daemon/pipeline/coroutine_scope.hpp"
#include "daemon/pipeline/source_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace av1encd {

namespace {

/// In ticks of the video's time base.
double seconds_of(const EncodePlan& plan, const SegmentRange& range) {
    if (!range.end)
        return plan.duration_seconds;
    return static_cast<double>(*range.end - range.start) * plan.video.source.time_base.value();
}

double picture_work(const EncodePlan& plan) {
    return plan.duration_seconds * static_cast<double>(plan.video.source.width) *
           static_cast<double>(plan.video.source.height);
}

} // namespace

RenditionRunner::RenditionRunner(JobInHand& hand, int crf, std::optional<ExistingOutput> existing)
    : hand_(hand),
      context_(hand.context),
      crf_(crf),
      existing_(std::move(existing)),
      rendition_(hand.renditions.at(crf)) {}

Awaitable<void> RenditionRunner::run() {
    bool counts = false;
    if (existing_)
        counts = co_await existing_counts();
    if (counts)
        co_return;
    auto failure = co_await produce_checked();
    if (!failure)
        failure = co_await publish();
    if (failure)
        co_await fail(*failure);
}

Awaitable<RenditionRunner::Failure> RenditionRunner::produce_checked() {
    for (int number = 1;; ++number) {
        if (auto failure = co_await produce())
            co_return failure;
        auto rejected = co_await check(joined_file());
        if (!rejected)
            co_return std::nullopt;
        FailedAttempt failed{TaskKind::check, crf_,      {}, fmt::format("check of CRF {}", crf_),
                             number,          *rejected, {}};
        co_await hand_.tasks.record(std::move(failed));
        if (number > context_.config.retries)
            co_return rejected;
        // The next attempt starts from nothing that a rejected one left.
        co_await drop_what_was_made();
    }
}

Awaitable<bool> RenditionRunner::existing_counts() {
    co_await hand_.until_source_is_judged();
    const auto known = co_await context_.ledger.known_output(hand_.output(crf_).path);
    Failure failure;
    if (known != existing_->sha256)
        failure = co_await check(existing_->copy);
    context_.work_dir.remove(existing_->copy);
    if (failure) {
        co_await set_existing_aside(*failure);
        co_return false;
    }
    hand_.say(EventKind::rendition_done, Severity::info,
              fmt::format("CRF {} is already there and passed the check", crf_), crf_);
    co_await finish(existing_->bytes, existing_->sha256);
    co_return true;
}

Awaitable<void> RenditionRunner::set_existing_aside(std::string reason) {
    const auto aside = co_await context_.share.set_aside(hand_.output(crf_));
    if (aside.outcome == RetireOutcome::retired)
        hand_.say(
            EventKind::note, Severity::warning,
            fmt::format("what lay under the name of CRF {} failed its check ({}) and is now {}",
                        crf_, reason, source_for_display(aside.path)),
            crf_);
}

Awaitable<RenditionRunner::Failure> RenditionRunner::produce() {
    co_await set_state(RenditionState::encoding);
    // A damaged source that is to be kept is encoded otherwise than a sound one.
    if (hand_.plan.damaged == OnDamaged::keep)
        co_await hand_.until_source_is_judged();
    hand_.audio_wanted = true;
    hand_.changed.notify_all();
    if (auto failure = co_await encode_segments())
        co_return failure;
    co_await hand_.until_source_is_judged();
    co_await hand_.until_audio_is_ready();
    co_await set_state(RenditionState::checking);
    co_return co_await join();
}

Awaitable<RenditionRunner::Failure> RenditionRunner::encode_segments() {
    Failure first;
    CoroutineScope scope(context_.executor);
    auto encode_one = [&](std::size_t index) -> Awaitable<void> {
        auto failure = co_await encode_segment(index);
        if (!failure)
            co_return;
        if (!first)
            first = std::move(failure);
        scope.cancel();
    };
    for (std::size_t index = 0; index < hand_.plan.segments.size(); ++index)
        scope.start(encode_one(index));
    co_await scope.wait();
    rendition_.encode_seconds = 0;
    for (const auto& segment : hand_.kept)
        if (segment.crf == crf_)
            rendition_.encode_seconds += segment.encode_seconds;
    co_return first;
}

std::filesystem::path RenditionRunner::segment_file(std::size_t index) const {
    return hand_.rendition_file(crf_, std::to_string(hand_.plan.segments[index].start));
}

int RenditionRunner::threads() const {
    const auto& configured = context_.config.encode.threads;
    return configured.value_or(automatic_threads(hand_.plan.video.encoder, context_.machine.cores(),
                                                 context_.slots.count()));
}

std::string RenditionRunner::fingerprint(std::size_t index) const {
    const auto command = segment_command(hand_.plan, crf_, hand_.plan.segments[index], 1, {},
                                         "/source", hand_.demuxers, "/segment");
    return fmt::format("{} {} {}", hand_.job.sha256, context_.encoder_versions,
                       fmt::join(command.arguments, " "));
}

bool RenditionRunner::take_up_kept(std::size_t index) {
    const auto size = context_.work_dir.size_of(segment_file(index));
    return size && std::any_of(hand_.kept.begin(), hand_.kept.end(), [&](const auto& segment) {
               return segment.crf == crf_ && segment.range == hand_.plan.segments[index] &&
                      segment.bytes == *size && segment.fingerprint == fingerprint(index);
           });
}

Task RenditionRunner::segment_task(std::size_t index, const std::filesystem::path& file) const {
    const auto& plan = hand_.plan;
    const auto range = plan.segments[index];
    Task task;
    task.kind = TaskKind::segment;
    task.crf = crf_;
    task.range = range;
    task.what = plan.segments.size() == 1 ? fmt::format("encode of CRF {}", crf_)
                                          : fmt::format("segment {} of CRF {}", index + 1, crf_);
    task.output = file;
    task.command = [this, range](const SegmentTweaks& tweaks, const std::filesystem::path& output) {
        return segment_command(hand_.plan, crf_, range, threads(), tweaks, hand_.source_file(),
                               hand_.demuxers, output);
    };
    SlotWork slot;
    slot.job = hand_.job.id;
    slot.source = hand_.job.source;
    slot.crf = crf_;
    slot.segment = static_cast<int>(index) + 1;
    slot.segments = static_cast<int>(plan.segments.size());
    slot.source_bytes = hand_.job.file.bytes;
    slot.picture_pixels = static_cast<std::uint64_t>(plan.video.source.width) *
                          static_cast<std::uint64_t>(plan.video.source.height);
    task.slot = std::move(slot);
    task.remaining_work = picture_work(plan);
    task.seconds_of_video = seconds_of(plan, range);
    task.fraction_share =
        plan.duration_seconds > 0 ? task.seconds_of_video / plan.duration_seconds : 1;
    return task;
}

Awaitable<RenditionRunner::Failure> RenditionRunner::encode_segment(std::size_t index) {
    if (take_up_kept(index))
        co_return std::nullopt;
    const auto file = segment_file(index);
    auto task = segment_task(index, file);
    const auto what = task.what;
    const auto result = co_await hand_.tasks.run(std::move(task));
    if (const auto* failed = std::get_if<TaskFailed>(&result))
        co_return fmt::format("{}: {}", what, failed->cause);
    KeptSegment kept;
    kept.job = hand_.job.id;
    kept.crf = crf_;
    kept.range = hand_.plan.segments[index];
    kept.fingerprint = fingerprint(index);
    kept.bytes = context_.work_dir.size_of(file).value_or(0);
    kept.encode_seconds =
        std::chrono::duration<double>(std::get<ProcessOutcome>(result).running_time).count();
    hand_.kept.push_back(kept);
    co_await context_.ledger.keep_segment(std::move(kept));
    hand_.say(EventKind::segment_done, Severity::debug, fmt::format("{} is done", what), crf_);
    co_return std::nullopt;
}

Awaitable<RenditionRunner::Failure> RenditionRunner::join() {
    std::vector<std::filesystem::path> segments;
    for (std::size_t index = 0; index < hand_.plan.segments.size(); ++index)
        segments.push_back(segment_file(index));
    const auto list = hand_.rendition_file(crf_, "list");
    auto text = concat_list(hand_.plan, segments);
    co_await context_.work_dir.write(list, std::move(text));
    const auto audio = hand_.plan.audio.empty() ? std::filesystem::path() : hand_.audio_file();
    Task task;
    task.kind = TaskKind::join;
    task.crf = crf_;
    task.what = fmt::format("join of CRF {}", crf_);
    task.output = joined_file();
    task.command = [&](const SegmentTweaks&, const std::filesystem::path& output) {
        return join_command(hand_.plan, *hand_.source_times, list, audio, hand_.source_file(),
                            hand_.demuxers, hand_.job.sha256, output);
    };
    const auto result = co_await hand_.tasks.run(std::move(task));
    if (const auto* failed = std::get_if<TaskFailed>(&result))
        co_return fmt::format("join of CRF {}: {}", crf_, failed->cause);
    co_return std::nullopt;
}

Awaitable<RenditionRunner::Failure> RenditionRunner::check(std::filesystem::path file) {
    const auto demuxers = rendition_demuxers(hand_.plan.container);
    const auto what = fmt::format("check of CRF {}", crf_);
    const auto media = co_await probe(hand_, file, demuxers, TaskKind::check, what);
    if (const auto* failed = std::get_if<TaskFailed>(&media))
        co_return fmt::format("{}: {}", what, failed->cause);
    const auto& info = std::get<MediaInfo>(media);
    std::vector<int> audio_indexes;
    for (const auto& stream : info.streams)
        if (stream.kind == StreamKind::audio)
            audio_indexes.push_back(stream.index);
    FrameTimesParser parser;
    Task task;
    task.kind = TaskKind::check;
    task.crf = crf_;
    task.what = what;
    task.judged_by = JudgedBy::caller;
    task.command = [&](const SegmentTweaks&, const std::filesystem::path&) {
        return decode_command(file, demuxers, audio_indexes, true);
    };
    task.on_begin = [&parser] { parser = FrameTimesParser(); };
    task.on_stdout = [&parser](std::string_view text) { parser.feed(text); };
    const auto result = co_await hand_.tasks.run(std::move(task));
    if (const auto* failed = std::get_if<TaskFailed>(&result))
        co_return fmt::format("{}: {}", what, failed->cause);
    const auto reason = reason_to_reject(hand_.plan, *hand_.source_times, info, parser.finish(),
                                         std::get<ProcessOutcome>(result));
    if (reason)
        co_return *reason;
    co_return std::nullopt;
}

Awaitable<void> RenditionRunner::drop_what_was_made() {
    for (std::size_t index = 0; index < hand_.plan.segments.size(); ++index)
        context_.work_dir.remove(segment_file(index));
    context_.work_dir.remove(joined_file());
    std::erase_if(hand_.kept, [&](const KeptSegment& segment) { return segment.crf == crf_; });
    rendition_.encode_seconds = 0;
    co_await set_state(RenditionState::encoding);
}

Awaitable<RenditionRunner::Failure> RenditionRunner::publish() {
    const auto bytes = context_.work_dir.size_of(joined_file()).value_or(0);
    rendition_.output_bytes = bytes;
    co_await set_state(RenditionState::publishing);
    std::optional<DiskHold::Waiting> waiting;
    for (;;) {
        Published published;
        {
            const WaitingSegment urgency{hand_.job.chunk, 0, 0};
            const auto place = co_await context_.transfers.take(urgency);
            published = co_await context_.share.publish(joined_file(), hand_.output(crf_), {});
        }
        if (published.outcome == PublishOutcome::published) {
            co_await finish(bytes, std::move(published.sha256));
            co_return std::nullopt;
        }
        if (published.outcome == PublishOutcome::exists) {
            co_return co_await meet_unexpected_output();
        }
        if (!waiting)
            waiting.emplace(context_.disk,
                            fmt::format("cannot write {} to the output: {}; it goes on by itself "
                                        "once that is mended",
                                        source_for_display(hand_.output(crf_).path),
                                        published.reason));
        co_await context_.disk.wait_for_output(bytes);
    }
}

/// Something took the name while this was encoded: another machine's rendition of the same source
/// counts; another source's is left alone.
Awaitable<RenditionRunner::Failure> RenditionRunner::meet_unexpected_output() {
    auto found = co_await find_output(hand_, crf_, hand_.job.output_name);
    if (const auto* others = std::get_if<OthersOutput>(&found))
        co_return fmt::format(
            "the name {} was taken while this was encoded: {}; av1ctl retry takes "
            "another name",
            source_for_display(hand_.output(crf_).path), others->reason);
    if (auto* output = std::get_if<ExistingOutput>(&found)) {
        existing_ = std::move(*output);
        if (co_await existing_counts())
            co_return std::nullopt;
    }
    co_return co_await publish();
}

Awaitable<void> RenditionRunner::finish(std::uint64_t bytes, std::string sha256) {
    const bool made_here = rendition_.state == RenditionState::publishing;
    rendition_.output_bytes = bytes;
    rendition_.output_sha256 = std::move(sha256);
    rendition_.ended_at = context_.clock.wall_now();
    rendition_.error.clear();
    co_await set_state(RenditionState::done);
    context_.tally.set_fraction(hand_.job.id, crf_, 1);
    if (!made_here)
        co_return;
    HistoryEntry entry;
    entry.source = hand_.job.source;
    entry.crf = crf_;
    entry.source_bytes = hand_.job.file.bytes;
    entry.output_bytes = bytes;
    entry.encode_seconds = rendition_.encode_seconds;
    entry.video_seconds = hand_.plan.duration_seconds;
    entry.finished_at = *rendition_.ended_at;
    entry.output = hand_.output(crf_).path;
    co_await context_.ledger.add_history(std::move(entry));
    hand_.say(
        EventKind::rendition_done, Severity::info,
        fmt::format("CRF {} published as {}", crf_, source_for_display(hand_.output(crf_).path)),
        crf_);
}

Awaitable<void> RenditionRunner::fail(std::string reason) {
    rendition_.error = reason;
    rendition_.ended_at = context_.clock.wall_now();
    co_await set_state(RenditionState::failed);
    hand_.say(EventKind::rendition_failed, Severity::error,
              fmt::format("CRF {} failed: {}", crf_, reason), crf_);
}

Awaitable<void> RenditionRunner::set_state(RenditionState state) {
    rendition_.state = state;
    co_await hand_.save(crf_);
}

} // namespace av1encd
