#include "daemon/pipeline/cut_study.hpp"

#include "daemon/core/screen_content.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace av1encd {

namespace {

/// Only libaom's speed depends on it, and only where there is something to choose from.
bool worth_a_study(const EncodePlan& plan) {
    const auto long_enough = [&](const CutPlace& place) {
        return std::min(place.pictures_before, plan.cuts.pictures - place.pictures_before) >=
               least_pictures;
    };
    return plan.video.encoder == Encoder::libaom_av1 && plan.segment_ticks > 0 &&
           std::ranges::any_of(plan.cuts.places, long_enough);
}

/// A source that begins as screen content stays so without a cut too: then none is costly.
class CutStudy {
public:
    explicit CutStudy(JobInHand& hand) : hand_(hand), parser_(hand.plan.video.source.time_base) {}

    void take(std::string_view text) {
        for (const auto& keyframe : parser_.feed(text)) {
            if (!begins_as_screen_)
                begins_as_screen_ = keyframe.screen;
            if (keyframe.screen == true && begins_as_screen_ == false &&
                mark_costly(hand_.plan.cuts, keyframe.time))
                ++hand_.costly_cuts;
            hand_.cuts_studied_until = keyframe.time;
        }
        if (parser_.gave_up())
            hand_.cuts_studied_until.reset();
        hand_.changed.notify_all();
    }

private:
    JobInHand& hand_;
    ScreenContentParser parser_;
    std::optional<bool> begins_as_screen_;
};

} // namespace

Awaitable<void> study_cuts(JobInHand& hand) {
    hand.cuts_studied_until = std::numeric_limits<std::int64_t>::min();
    hand.costly_cuts = 0;
    if (worth_a_study(hand.plan)) {
        std::optional<CutStudy> study;
        Task task;
        task.kind = TaskKind::probe;
        task.what = "look at the keyframes";
        task.judged_by = JudgedBy::caller;
        task.memory_limit = memory_to_encode(hand.plan.video, 1, hand.machine());
        task.command = [&](const SegmentTweaks&, const std::filesystem::path&) {
            return keyframes_command(hand.plan, hand.source_file(), hand.demuxers);
        };
        task.on_begin = [&] { study.emplace(hand); };
        task.on_stdout = [&](std::string_view text) { study->take(text); };
        co_await hand.tasks.run(std::move(task));
    }
    hand.cuts_studied_until.reset();
    hand.changed.notify_all();
}

} // namespace av1encd
