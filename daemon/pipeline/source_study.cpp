#include "daemon/pipeline/source_study.hpp"

#include "daemon/config/source_formats.hpp"
#include "daemon/core/encode_settings.hpp"
#include "daemon/core/source_check.hpp"
#include "daemon/core/stream_plans.hpp"

#include <fmt/format.h>

#include <utility>

namespace av1encd {

namespace {

constexpr std::size_t longest_probe_answer = 16U << 20;
constexpr std::size_t read_at_once = 1U << 20;

/// What the files depend on that all segments share; a segment has a fingerprint of its own. Which
/// demuxers were allowed changes nothing about what was read.
std::string plan_fingerprint(const JobInHand& hand) {
    std::string text = hand.job.sha256 + '\n' + hand.context.version_of("ffmpeg") + '\n';
    if (!hand.plan.audio.empty())
        for (const auto& argument : audio_command(hand.plan, "/source", {}, "/audio").arguments)
            text += argument + ' ';
    return text;
}

Awaitable<std::variant<PacketTimes, TaskFailed>>
scan_packets(JobInHand& hand, const StreamInfo& video, std::uint64_t most_pictures) {
    PacketTimesParser parser;
    Task task;
    task.kind = TaskKind::probe;
    task.what = "packet scan of the source";
    task.memory_limit = memory_to_decode(video, hand.machine());
    task.command = [&](const SegmentTweaks&, const std::filesystem::path&) {
        return packets_command(hand.source_file(), hand.demuxers, video.index);
    };
    task.on_begin = [&parser] { parser = PacketTimesParser(); };
    // Above the limit nothing more has to be known.
    task.on_stdout = [&parser, most_pictures](std::string_view text) {
        if (parser.pictures() <= most_pictures)
            parser.feed(text);
    };
    const auto result = co_await hand.tasks.run(std::move(task));
    if (const auto* failed = std::get_if<TaskFailed>(&result))
        co_return *failed;
    co_return parser.finish();
}

/// Drops what was made by another plan, and records this one.
Awaitable<void> take_plan(JobInHand& hand, const EncodeConfig& encode) {
    auto fingerprint = plan_fingerprint(hand);
    if (hand.job.plan != fingerprint) {
        hand.context.work_dir.remove(hand.audio_file());
        hand.context.work_dir.remove(hand.frame_times_file());
        co_await hand.context.ledger.drop_segments(hand.job.id);
        hand.kept.clear();
    }
    if (hand.job.notes != hand.plan.notes)
        for (const auto& note : hand.plan.notes)
            hand.say(EventKind::left_out, Severity::notice, note);
    hand.job.settings = to_text(encode);
    hand.job.plan = std::move(fingerprint);
    hand.job.notes = hand.plan.notes;
    co_await hand.save();
    hand.context.tally.set_renditions(hand.job.id, static_cast<int>(hand.plan.ladder.size()));
    const auto segments = static_cast<int>(segments_of(hand.plan).size());
    for (const int crf : hand.plan.ladder) {
        auto& rendition = hand.renditions[crf];
        rendition.job = hand.job.id;
        rendition.crf = crf;
        if (rendition.state != RenditionState::done)
            rendition.segments = segments;
        co_await hand.save(crf);
    }
}

Awaitable<FrameTimes> read_frame_times(JobInHand& hand, std::filesystem::path file) {
    FrameTimesParser parser;
    for (std::uint64_t offset = 0;;) {
        const auto text = co_await hand.context.work_dir.read(file, offset, read_at_once);
        if (text.empty())
            co_return parser.finish();
        parser.feed(text);
        offset += text.size();
    }
}

struct Decoded {
    FrameTimes times;
    ProcessOutcome outcome;
};

enum class Strictness { first_error_ends_it, errors_are_passed_over };

Awaitable<std::variant<Decoded, TaskFailed>> decode_source(JobInHand& hand, Strictness strictness) {
    std::vector<int> audio_indexes;
    for (const auto& audio : hand.plan.audio)
        audio_indexes.push_back(audio.source.index);
    Task task;
    task.kind = TaskKind::decode;
    task.what = "decode of the source";
    task.output = hand.unjudged_times_file();
    task.output_by = OutputBy::standard_output;
    task.judged_by = JudgedBy::caller;
    task.memory_limit = memory_to_decode(hand.plan.video.source, hand.machine());
    task.command = [&](const SegmentTweaks&, const std::filesystem::path&) {
        return decode_command(hand.source_file(), hand.demuxers, audio_indexes,
                              strictness == Strictness::first_error_ends_it);
    };
    const auto result = co_await hand.tasks.run(std::move(task));
    if (const auto* failed = std::get_if<TaskFailed>(&result))
        co_return *failed;
    Decoded decoded;
    decoded.outcome = std::get<ProcessOutcome>(result);
    decoded.times = co_await read_frame_times(hand, hand.unjudged_times_file());
    co_return decoded;
}

Awaitable<std::optional<std::string>> keep_damaged(JobInHand& hand, std::string reason) {
    const auto decoded = co_await decode_source(hand, Strictness::errors_are_passed_over);
    if (const auto* failed = std::get_if<TaskFailed>(&decoded))
        co_return failed->cause;
    auto times = std::get<Decoded>(decoded).times;
    if (times.pictures.empty())
        co_return fmt::format("{}; nothing of it decodes", reason);
    hand.job.notes.push_back(fmt::format(
        "the source was encoded as far as it decodes (encode.damaged: keep): {}", reason));
    hand.say(EventKind::left_out, Severity::warning, hand.job.notes.back());
    co_await hand.save();
    hand.source_times = std::move(times);
    co_return std::nullopt;
}

} // namespace

Awaitable<std::variant<MediaInfo, TaskFailed>> probe(JobInHand& hand, std::filesystem::path file,
                                                     std::string demuxers, TaskKind kind,
                                                     std::string what) {
    std::string answer;
    Task task;
    task.kind = kind;
    task.what = std::move(what);
    task.memory_limit = memory_to_look(hand.machine());
    task.command = [&](const SegmentTweaks&, const std::filesystem::path&) {
        return probe_command(file, demuxers);
    };
    task.on_begin = [&answer] { answer.clear(); };
    task.on_stdout = [&answer](std::string_view text) {
        if (answer.size() < longest_probe_answer)
            answer += text;
    };
    const auto result = co_await hand.tasks.run(std::move(task));
    if (const auto* failed = std::get_if<TaskFailed>(&result))
        co_return *failed;
    try {
        co_return parse_media_info(answer);
    } catch (const Error& error) {
        co_return TaskFailed{whole_reason(error)};
    }
}

Awaitable<std::optional<std::string>> study_source(JobInHand& hand, EncodeConfig encode,
                                                   LimitsConfig limits) {
    hand.demuxers = demuxers_for(hand.context.config.share.extensions);
    const auto media = co_await probe(hand, hand.source_file(), hand.demuxers, TaskKind::probe,
                                      "probe of the source");
    if (const auto* failed = std::get_if<TaskFailed>(&media))
        co_return failed->cause;
    const auto& info = std::get<MediaInfo>(media);
    hand.demuxers = only_demuxer(hand.demuxers, info);
    if (const auto refusal = refuse_early(info, limits))
        co_return refusal->reason;
    const auto* video = first_video(info);
    if (video == nullptr)
        co_return "not a video: it has no video stream";
    const auto packets = co_await scan_packets(hand, *video, limits.frames);
    if (const auto* failed = std::get_if<TaskFailed>(&packets))
        co_return failed->cause;
    hand.packets = std::get<PacketTimes>(packets);
    auto plan = plan_encode(info, hand.packets, encode, limits);
    if (const auto* refusal = std::get_if<Refusal>(&plan))
        co_return refusal->reason;
    hand.plan = std::get<EncodePlan>(std::move(plan));
    co_await take_plan(hand, encode);
    co_return std::nullopt;
}

Awaitable<std::optional<std::string>> judge_source_by_decoding(JobInHand& hand) {
    const bool keep = hand.plan.damaged == OnDamaged::keep;
    // The list of an earlier run has this name only if it was judged sound.
    if (!keep && hand.context.work_dir.size_of(hand.frame_times_file())) {
        hand.source_times = co_await read_frame_times(hand, hand.frame_times_file());
        co_return std::nullopt;
    }
    auto decoded = co_await decode_source(hand, Strictness::first_error_ends_it);
    if (const auto* failed = std::get_if<TaskFailed>(&decoded))
        co_return failed->cause;
    auto& [times, outcome] = std::get<Decoded>(decoded);
    const auto verdict = judge_source(hand.packets, times, outcome);
    if (std::holds_alternative<SourceSound>(verdict)) {
        co_await hand.context.work_dir.commit(hand.unjudged_times_file(), hand.frame_times_file());
        hand.plan.damaged = OnDamaged::fail;
        hand.source_times = std::move(times);
        co_return std::nullopt;
    }
    const auto* unusable = std::get_if<SourceUnusable>(&verdict);
    const auto reason =
        unusable != nullptr ? unusable->reason : std::get<SourceDamaged>(verdict).reason;
    FailedAttempt failed{TaskKind::decode, std::nullopt, {}, "decode of the source", 1,
                         reason,           outcome};
    co_await hand.tasks.record(std::move(failed));
    if (unusable != nullptr || !keep)
        co_return reason;
    co_return co_await keep_damaged(hand, reason);
}

} // namespace av1encd
