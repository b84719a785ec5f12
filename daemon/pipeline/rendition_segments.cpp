#include "daemon/pipeline/rendition_segments.hpp"

#include "daemon/pipeline/worker_count.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ranges>
#include <utility>

namespace av1encd {

namespace {

/// So few segments a process are left that it matters which is begun first.
constexpr int last_rounds = 4;

double pixels_a_picture(const VideoPlan& video) {
    return static_cast<double>(video.source.width) * static_cast<double>(video.source.height);
}

} // namespace

RenditionSegments::RenditionSegments(JobInHand& hand, int crf)
    : hand_(hand),
      context_(hand.context),
      crf_(crf),
      changed_(context_.executor),
      ahead_(std::in_place, context_.work_ahead, [this] { return work_left(); }) {}

Awaitable<RenditionSegments::Failure> RenditionSegments::encode() {
    failure_.reset();
    if (hand_.plan.segment_ticks <= 0)
        cut_ = false;
    // After a seek, a damaged source decodes to other pictures than from its beginning on.
    if (hand_.plan.damaged == OnDamaged::keep)
        cut_ = false;
    take_up_kept();
    plan_the_rest();
    if (cut_ && !waiting_.empty()) {
        co_await hand_.until_first_cuts_are_studied();
        use_what_is_known_of_cuts();
    }
    planned_ = true;
    hand_.renditions.at(crf_).segments = count();
    CoroutineScope scope(context_.executor);
    scope.start(look_at_those_done());
    scope.start(encode_all(scope));
    co_await scope.wait();
    if (failure_)
        ahead_.reset();
    co_return failure_;
}

/// The looks end by themselves, unless nobody will want to know or they have not begun.
Awaitable<void> RenditionSegments::encode_all(CoroutineScope& looks) {
    CoroutineScope scope(context_.executor);
    const auto most = hand_.plan.cuts.places.size() + 1;
    const auto at_once = std::min<std::size_t>(
        most, static_cast<std::size_t>(std::max(context_.slots.count(), context_.machine.cores())));
    for (std::size_t number = 0; number < at_once; ++number)
        scope.start(encode_while_some_wait());
    scope.start(cancel_once_done(scope));
    co_await scope.wait();
    if (failure_ || !hand_.source_times)
        looks.cancel();
}

/// Those that are left then wait for a slot and would find no segment any more.
Awaitable<void> RenditionSegments::cancel_once_done(CoroutineScope& scope) {
    while (!failure_ && !all_are_done())
        co_await changed_.wait();
    scope.cancel();
}

void RenditionSegments::take_up_kept() {
    for (const auto& kept : hand_.kept) {
        const bool is_ours = kept.crf == crf_ && !done_.contains(kept.range);
        const bool overlaps = std::ranges::any_of(done_, [&](const auto& done) {
            const auto& [range, segment] = done;
            return (!range.end || kept.range.start < *range.end) &&
                   (!kept.range.end || range.start < *kept.range.end);
        });
        if (!is_ours || overlaps || kept.fingerprint != fingerprint(kept.range) ||
            context_.work_dir.size_of(file_of(kept.range)) != kept.bytes)
            continue;
        done_.emplace(kept.range, kept);
        context_.tally.set_segment(hand_.job.id, crf_, kept.range.start, share_of(kept.range));
    }
}

/// What no segment is there of yet, cut as the plan says where it says something.
void RenditionSegments::plan_the_rest() {
    costly_cuts_known_ = hand_.costly_cuts;
    std::vector<SegmentRange> there;
    for (const auto& [range, segment] : done_)
        there.push_back(range);
    for (const auto& segment : running_)
        there.push_back(segment.range);
    waiting_.clear();
    for (const auto& gap : gaps_between(hand_.plan.cuts, std::move(there))) {
        const auto pieces =
            cut_ ? cut_by_length(hand_.plan.cuts, gap, hand_.plan.segment_ticks) : std::vector{gap};
        waiting_.insert(waiting_.end(), pieces.begin(), pieces.end());
    }
}

/// Segments that have not begun are cut anew once more places are known to be costly.
void RenditionSegments::use_what_is_known_of_cuts() {
    if (cut_ && costly_cuts_known_ != hand_.costly_cuts)
        plan_the_rest();
}

Awaitable<void> RenditionSegments::encode_while_some_wait() {
    while (!failure_ && !waiting_.empty())
        co_await encode_next();
}

Awaitable<void> RenditionSegments::encode_next() {
    auto segment = running_.end();
    std::string name;
    int number = 0;
    Task task;
    task.kind = TaskKind::segment;
    task.crf = crf_;
    task.urgency = [this] {
        const auto left = work_left();
        return WaitingSegment{hand_.job.chunk, left.to_begin + left.running, 0};
    };
    task.choose = [&](Task& chosen) {
        if (waiting_.empty())
            return false;
        use_what_is_known_of_cuts();
        const auto left = context_.work_ahead.left();
        const auto range = take_next(left);
        segment = running_.insert(running_.end(), Running{range, 0});
        hand_.renditions.at(crf_).segments = count();
        fill_in(chosen, segment, threads_for(work_of(range), left));
        name = chosen.what;
        number = chosen.slot.segment;
        return true;
    };
    const auto result = co_await hand_.tasks.run(std::move(task));
    if (segment == running_.end())
        co_return;
    if (const auto* failed = std::get_if<TaskFailed>(&result)) {
        if (!failure_)
            failure_ = fmt::format("{}: {}", name, failed->cause);
    } else {
        co_await keep(segment->range, std::get<ProcessOutcome>(result));
        hand_.say(EventKind::segment_done, Severity::debug, fmt::format("{} is done", name), crf_,
                  number);
    }
    running_.erase(segment);
    changed_.notify_all();
}

SegmentRange RenditionSegments::take_next(const WorkLeft& left) {
    const int processes = processes_to_fill(hand_.plan.video.encoder, context_.machine.cores(),
                                            context_.slots.count());
    auto next = waiting_.begin();
    if (!left.more_to_come && left.segments <= last_rounds * processes)
        next = std::ranges::max_element(waiting_, {}, [this](const auto& r) { return work_of(r); });
    const auto range = *next;
    const auto piece = piece_to_begin(work_of(range), left, processes);
    waiting_.erase(next);
    const bool finer = piece && cut_ && hand_.cuts_are_studied(range);
    return finer ? begin_with_a_piece(range, *piece) : range;
}

/// The longest of the pieces; the others wait on.
SegmentRange RenditionSegments::begin_with_a_piece(const SegmentRange& range, double piece) {
    const auto pictures = static_cast<double>(pictures_in(hand_.plan.cuts, range));
    const auto wished = static_cast<std::uint64_t>(pictures * piece / work_of(range));
    auto pieces = cut_by_pictures(hand_.plan.cuts, range, wished);
    const auto longest =
        std::ranges::max_element(pieces, {}, [this](const auto& r) { return work_of(r); });
    const auto begun = *longest;
    pieces.erase(longest);
    waiting_.insert(waiting_.end(), pieces.begin(), pieces.end());
    std::ranges::sort(waiting_);
    return begun;
}

void RenditionSegments::fill_in(Task& task, InWork segment, int threads) {
    const auto range = segment->range;
    task.range = range;
    task.what = what(range);
    task.output = file_of(range);
    task.seconds_of_video = seconds_of(range);
    task.command = [this, range, threads](const SegmentTweaks& tweaks,
                                          const std::filesystem::path& output) {
        return segment_command(hand_.plan, crf_, range, threads, tweaks, hand_.source_file(),
                               hand_.demuxers, output);
    };
    task.memory_limit = memory_to_encode(hand_.plan.video, threads, hand_.machine());
    task.on_progress = [this, segment](double fraction) {
        segment->fraction = fraction;
        const auto part = fraction * share_of(segment->range);
        context_.tally.set_segment(hand_.job.id, crf_, segment->range.start, part);
    };
    task.slot.job = hand_.job.id;
    task.slot.source = hand_.job.source;
    task.slot.crf = crf_;
    task.slot.segment = number_of(range);
    task.slot.segments = count();
    task.slot.picture_pixels = static_cast<std::uint64_t>(pixels_a_picture(hand_.plan.video));
    task.slot.bytes =
        static_cast<std::uint64_t>(share_of(range) * static_cast<double>(hand_.job.file.bytes));
}

Awaitable<void> RenditionSegments::keep(SegmentRange range, ProcessOutcome outcome) {
    KeptSegment kept;
    kept.job = hand_.job.id;
    kept.crf = crf_;
    kept.range = range;
    kept.fingerprint = fingerprint(range);
    kept.bytes = context_.work_dir.size_of(file_of(range)).value_or(0);
    kept.encode_seconds = std::chrono::duration<double>(outcome.running_time).count();
    context_.tally.set_segment(hand_.job.id, crf_, range.start, share_of(range));
    context_.encoder_record.add(kind(), {pixels_of(range), pixels_a_picture(hand_.plan.video),
                                         kept.encode_seconds, outcome.peak_memory_bytes});
    follow_workers(context_, static_cast<std::uint64_t>(pixels_a_picture(hand_.plan.video)));
    co_await context_.ledger.keep_segment(kept);
    hand_.kept.push_back(kept);
    done_.insert_or_assign(range, std::move(kept));
}

/// Beside the encodes, so that few looks are left when they end.
Awaitable<void> RenditionSegments::look_at_those_done() {
    co_await hand_.until_source_is_judged();
    for (;;) {
        co_await look_at_all_there();
        if (all_are_done())
            co_return;
        co_await changed_.wait();
    }
}

Awaitable<void> RenditionSegments::look_at_all_there() {
    while (const auto range = next_to_look_at()) {
        auto difference = co_await difference_of(*range);
        differences_.emplace(*range, std::move(difference));
    }
}

std::optional<SegmentRange> RenditionSegments::next_to_look_at() const {
    // One segment is the rendition, which has a check of its own; shared times are told apart in
    // the segments, and put right by the join.
    if (count() == 1 || hand_.plan.video.shared_times)
        return std::nullopt;
    const auto next = std::ranges::find_if(
        done_, [this](const auto& done) { return !differences_.contains(done.first); });
    return next == done_.end() ? std::nullopt : std::optional(next->first);
}

Awaitable<RenditionSegments::Failure> RenditionSegments::verify() {
    co_await look_at_all_there();
    Failure first;
    const auto looked_at = differences_;
    for (const auto& [range, difference] : looked_at) {
        if (!difference)
            continue;
        if (!first)
            first = fmt::format("{}: {}", what(range), *difference);
        drop(range);
    }
    co_return first;
}

Awaitable<RenditionSegments::Failure> RenditionSegments::difference_of(SegmentRange range) {
    FrameTimesParser parser;
    Task task;
    task.kind = TaskKind::check;
    task.crf = crf_;
    task.range = range;
    task.what = fmt::format("look at {}", what(range));
    task.memory_limit = memory_to_decode(hand_.plan.video.source, hand_.machine());
    task.command = [&](const SegmentTweaks&, const std::filesystem::path&) {
        return segment_times_command(file_of(range));
    };
    task.on_begin = [&parser] { parser = FrameTimesParser(); };
    task.on_stdout = [&parser](std::string_view text) { parser.feed(text); };
    const auto result = co_await hand_.tasks.run(std::move(task));
    if (const auto* failed = std::get_if<TaskFailed>(&result))
        co_return failed->cause;
    const auto& cuts = hand_.plan.cuts;
    const auto start = range.start == cuts.start ? std::nullopt : std::optional(range.start);
    co_return segment_difference(*hand_.source_times, start, range.end,
                                 hand_.plan.video.source.time_base, parser.finish());
}

void RenditionSegments::drop(const SegmentRange& range) {
    context_.work_dir.remove(file_of(range));
    done_.erase(range);
    differences_.erase(range);
    std::erase_if(hand_.kept, [&](const KeptSegment& segment) {
        return segment.crf == crf_ && segment.range == range;
    });
    context_.tally.set_segment(hand_.job.id, crf_, range.start, 0);
}

void RenditionSegments::give_up_cutting() {
    cut_ = false;
    const auto made = files();
    for (const auto& [range, file] : made)
        drop(range);
}

std::vector<SegmentFile> RenditionSegments::files() const {
    std::vector<SegmentFile> files;
    files.reserve(done_.size());
    for (const auto& [range, segment] : done_)
        files.push_back({range, file_of(range)});
    return files;
}

double RenditionSegments::encode_seconds() const {
    double sum = 0;
    for (const auto& [range, segment] : done_)
        sum += segment.encode_seconds;
    return sum;
}

std::string RenditionSegments::what(const SegmentRange& range) const {
    return count() == 1 ? fmt::format("encode of CRF {}", crf_)
                        : fmt::format("segment {} of CRF {}", number_of(range), crf_);
}

/// From 1, in time's order. For display only: it changes where segments are cut finer.
int RenditionSegments::number_of(const SegmentRange& range) const {
    const auto before = [&](const SegmentRange& other) { return other.start < range.start; };
    const auto start_of_done = [](const auto& done) { return done.first; };
    return 1 + static_cast<int>(std::ranges::count_if(waiting_, before) +
                                std::ranges::count_if(running_, before, &Running::range) +
                                std::ranges::count_if(done_, before, start_of_done));
}

int RenditionSegments::count() const {
    return static_cast<int>(waiting_.size() + running_.size() + done_.size());
}

WorkLeft RenditionSegments::work_left() const {
    WorkLeft left;
    left.more_to_come = !planned_;
    for (const auto& range : waiting_)
        left.to_begin += work_of(range);
    for (const auto& segment : running_)
        left.running += work_of(segment.range) * (1 - segment.fraction);
    left.segments = static_cast<int>(waiting_.size() + running_.size());
    return left;
}

double RenditionSegments::pixels_of(const SegmentRange& range) const {
    return pixels_a_picture(hand_.plan.video) *
           static_cast<double>(pictures_in(hand_.plan.cuts, range));
}

double RenditionSegments::work_of(const SegmentRange& range) const {
    return context_.encoder_record.seconds_for(kind(), pixels_of(range));
}

double RenditionSegments::share_of(const SegmentRange& range) const {
    const auto all = hand_.plan.cuts.pictures;
    return static_cast<double>(pictures_in(hand_.plan.cuts, range)) /
           static_cast<double>(std::max<std::uint64_t>(all, 1));
}

double RenditionSegments::seconds_of(const SegmentRange& range) const {
    const auto& base = hand_.plan.video.source.time_base;
    if (range.end)
        return static_cast<double>(*range.end - range.start) * base.value();
    return hand_.plan.duration_seconds -
           static_cast<double>(range.start - hand_.plan.cuts.start) * base.value();
}

EncoderRecord::Kind RenditionSegments::kind() const {
    return {hand_.plan.video.encoder, hand_.plan.video.preset, crf_};
}

/// By both ends of the range: after a rejected check a segment may begin where another one did.
std::filesystem::path RenditionSegments::file_of(const SegmentRange& range) const {
    const auto end = range.end ? std::to_string(*range.end) : std::string("end");
    return hand_.rendition_file(crf_, fmt::format("{}-{}", range.start, end));
}

std::string RenditionSegments::fingerprint(const SegmentRange& range) const {
    const auto command = segment_command(hand_.plan, crf_, range, 1, {}, "/source", {}, "/segment");
    return fmt::format("{} {} {} {}", hand_.job.sha256, context_.version_of("ffmpeg"),
                       context_.version_of(to_string(hand_.plan.video.encoder)),
                       fmt::join(command.arguments, " "));
}

int RenditionSegments::threads_for(double work, const WorkLeft& left) const {
    const auto& video = hand_.plan.video;
    return video.threads.value_or(automatic_threads(video.encoder, context_.machine.cores(),
                                                    context_.slots.count(), work, left));
}

} // namespace av1encd
