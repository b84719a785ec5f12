#include "daemon/pipeline/rendition_runner.hpp"

#include "common/source_text.hpp"
#include "daemon/core/output_check.hpp"
#include "daemon/pipeline/source_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace av1encd {

RenditionRunner::RenditionRunner(JobInHand& hand, int crf, std::optional<ExistingOutput> existing)
    : hand_(hand),
      context_(hand.context),
      crf_(crf),
      existing_(std::move(existing)),
      segments_(hand, crf),
      rendition_(hand.renditions.at(crf)) {}

Awaitable<void> RenditionRunner::run() {
    bool counts = false;
    if (existing_)
        counts = co_await existing_counts();
    if (counts)
        co_return segments_.are_not_needed();
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
    Retired aside;
    std::optional<DiskHold::Waiting> waiting;
    for (;;) {
        aside = co_await context_.share.set_aside(hand_.output(crf_));
        if (aside.outcome != RetireOutcome::refused)
            break;
        if (!waiting)
            waiting.emplace(context_.disk,
                            fmt::format("cannot set {} aside: {}",
                                        source_for_display(hand_.output(crf_).path), aside.reason));
        co_await context_.disk.wait_for_output(0);
    }
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
    auto failure = co_await encode_verified();
    if (failure)
        co_return failure;
    co_await hand_.until_audio_is_ready();
    co_await set_state(RenditionState::checking);
    co_return co_await join();
}

/// Until each segment holds the pictures of its range. One that does not the second time comes of a
/// source that cannot be cut.
Awaitable<RenditionRunner::Failure> RenditionRunner::encode_verified() {
    for (int number = 1;; ++number) {
        auto failure = co_await segments_.encode();
        if (failure)
            co_return failure;
        rendition_.encode_seconds = segments_.encode_seconds();
        co_await hand_.until_source_is_judged();
        auto rejected = co_await segments_.verify();
        if (!rejected)
            co_return std::nullopt;
        FailedAttempt failed{
            TaskKind::segment, crf_, {}, fmt::format("cut of CRF {}", crf_), number, *rejected, {}};
        co_await hand_.tasks.record(std::move(failed));
        if (number > 1)
            give_up_cutting();
    }
}

void RenditionRunner::give_up_cutting() {
    if (rendition_.segments > 1)
        hand_.say(
            EventKind::note, Severity::notice,
            fmt::format("CRF {} is encoded in one piece from now on: this source cannot be cut",
                        crf_),
            crf_);
    segments_.give_up_cutting();
}

Awaitable<RenditionRunner::Failure> RenditionRunner::join() {
    const auto list = hand_.rendition_file(crf_, "list");
    auto text = concat_list(hand_.plan, segments_.files());
    co_await context_.work_dir.write(list, std::move(text));
    const auto audio = hand_.plan.audio.empty() ? std::filesystem::path() : hand_.audio_file();
    Task task;
    task.kind = TaskKind::join;
    task.crf = crf_;
    task.what = fmt::format("join of CRF {}", crf_);
    task.output = joined_file();
    task.memory_limit = memory_to_decode(hand_.plan.video.source, hand_.machine());
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
    task.memory_limit = memory_to_decode(hand_.plan.video.source, hand_.machine());
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
    give_up_cutting();
    context_.work_dir.remove(joined_file());
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
        // Every other source would wait for this one's name or size without end.
        if (published.outcome == PublishOutcome::impossible)
            co_return fmt::format("cannot be written to the output: {}", published.reason);
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
        // Another machine's is none that was finished here: the history is not to name it.
        co_await set_state(RenditionState::checking);
        const bool counts = co_await existing_counts();
        if (counts)
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
    hand_.say(EventKind::rendition_failed, Severity::warning,
              fmt::format("CRF {} failed: {}", crf_, reason), crf_);
}

Awaitable<void> RenditionRunner::set_state(RenditionState state) {
    rendition_.state = state;
    co_await hand_.save(crf_);
}

} // namespace av1encd
