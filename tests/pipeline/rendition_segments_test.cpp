#include "daemon/pipeline/rendition_segments.hpp"

#include "tests/pipeline/pipeline_fixture.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace av1encd::test {
namespace {

using Ranges = std::vector<SegmentRange>;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr SegmentRange whole{0, std::nullopt};

/// A video of 1,000 pictures, one a tick, with a keyframe every 100.
EncodePlan plan_of_a_video() {
    EncodePlan plan;
    plan.video.source.width = plan.video.source.height = 100;
    plan.video.source.time_base = {1, 10};
    plan.video.encoder = Encoder::libaom_av1;
    plan.ladder = {24};
    plan.duration_seconds = 100;
    plan.cuts.end = 1000;
    plan.cuts.pictures = 1000;
    for (std::int64_t picture = 100; picture < 1000; picture += 100)
        plan.cuts.places.push_back({picture, static_cast<std::uint64_t>(picture), false});
    return plan;
}

JobDetails job_under_way() {
    JobDetails details;
    details.job.id = JobId{1};
    details.job.source = "a.mp4";
    details.job.chunk = 1;
    details.job.file.bytes = 1000;
    details.renditions.emplace_back();
    details.renditions.back().crf = 24;
    return details;
}

class RenditionSegmentsTest : public PipelineTest {
protected:
    RenditionSegmentsTest() {
        config.retries = 0;
        hand.plan = plan_of_a_video();
        ledger.all[JobId{1}] = job_under_way();
        tally.add_job(1, JobId{1}, 1000, 1, {});
    }
    ~RenditionSegmentsTest() override { end(); }

    void encode(RenditionSegments& which) {
        start([](RenditionSegments& all,
                 std::optional<RenditionSegments::Failure>& outcome) -> Awaitable<void> {
            outcome = co_await all.encode();
        }(which, ended));
        settle();
    }
    void encode_and_catch() {
        start([](RenditionSegmentsTest& test) -> Awaitable<void> {
            try {
                co_await test.segments.encode();
            } catch (const DiskFullError&) {
                test.disk_was_full = true;
            }
        }(*this));
        settle();
    }
    RenditionSegments::Failure verify() {
        std::optional<RenditionSegments::Failure> verdict;
        start([](RenditionSegments& all,
                 std::optional<RenditionSegments::Failure>& outcome) -> Awaitable<void> {
            outcome = co_await all.verify();
        }(segments, verdict));
        settle();
        return verdict.value_or("no verdict");
    }
    Ranges made(const RenditionSegments& which) const {
        Ranges ranges;
        for (const auto& segment : which.files())
            ranges.push_back(segment.range);
        return ranges;
    }
    /// Of the slots, by the places in time of what they encode.
    std::size_t slots_in_use() const {
        return static_cast<std::size_t>(std::ranges::count_if(
            slots.works(), [](const auto& work) { return work.has_value(); }));
    }
    /// Framecrc of pictures at these times, in the segment's own clock.
    static std::string frames(int count) {
        std::string text = "#tb 0: 1/10\n";
        for (int picture = 0; picture < count; ++picture)
            text += fmt::format("0, {0}, {0}, 1, 6, 0x0\n", picture);
        return text;
    }

    /// Sound, with the pictures of plan_of_a_video().
    static void take_as_judged(JobInHand& hand) {
        hand.source_times.emplace();
        hand.source_times->time_base = {1, 10};
        for (int picture = 0; picture < 1000; ++picture)
            hand.source_times->pictures.push_back(picture);
    }
    static bool is_encode(const std::vector<std::string>& words) {
        return std::ranges::find(words, "-crf") != words.end();
    }
    static ProcessOutcome ended_well() {
        ProcessOutcome well;
        well.exit_status = 0;
        return well;
    }

    JobInHand hand{context, job_under_way()};
    RenditionSegments segments{hand, 24};
    std::optional<RenditionSegments::Failure> ended;
    bool disk_was_full = false;
};

TEST_F(RenditionSegmentsTest, AreCutByTheWishedLengthAndEachIsKept) {
    const WorkAhead::Entry more(context.work_ahead, [] { return WorkLeft{0, 0, 0, true}; });
    hand.plan.segment_ticks = 400;
    encode(segments);
    ASSERT_TRUE(ended && !*ended);
    EXPECT_EQ(made(segments), (Ranges{{0, 400}, {400, 800}, {800, std::nullopt}}));
    EXPECT_EQ(ledger.all.at(JobId{1}).segments, hand.kept);
    EXPECT_EQ(hand.kept.size(), 3U);
    EXPECT_EQ(tally.fraction(JobId{1}, 24), 1);
    EXPECT_EQ(hand.renditions.at(24).segments, 3);
}

TEST_F(RenditionSegmentsTest, AreCutFinerWhereASlotWouldStandEmpty) {
    machine.core_count = 4;
    hand.plan.segment_ticks = 1000;
    processes.held = true;
    encode(segments);
    EXPECT_EQ(slots_in_use(), 2U);
    processes.release();
    settle();
    ASSERT_TRUE(ended);
    EXPECT_GT(made(segments).size(), 2U);
    EXPECT_EQ(gaps_between(hand.plan.cuts, made(segments)), Ranges{});
}

TEST_F(RenditionSegmentsTest, AreLeftWholeWhereOneProcessFillsTheCores) {
    hand.plan.video.encoder = Encoder::libsvtav1;
    hand.plan.segment_ticks = 1000;
    encode(segments);
    EXPECT_THAT(made(segments), ElementsAre(whole));
}

TEST_F(RenditionSegmentsTest, GetTheThreadsThatWouldStandIdleWhereNoCutIsCheap) {
    for (auto& place : hand.plan.cuts.places)
        place.costly = true;
    hand.plan.segment_ticks = 1000;
    encode(segments);
    EXPECT_THAT(made(segments), ElementsAre(whole));
    const auto& words = processes.commands.at(0);
    ASSERT_THAT(words, testing::Contains("-threads"));
    EXPECT_EQ(*std::next(std::ranges::find(words, "-threads")), "2");
}

TEST_F(RenditionSegmentsTest, WaitUntilItIsKnownWhatTheFirstCutsCost) {
    const WorkAhead::Entry more(context.work_ahead, [] { return WorkLeft{0, 0, 0, true}; });
    hand.plan.segment_ticks = 300;
    hand.cuts_studied_until = 500;
    encode(segments);
    EXPECT_THAT(processes.commands, IsEmpty());
    hand.cuts_studied_until = 600;
    mark_costly(hand.plan.cuts, 300);
    ++hand.costly_cuts;
    hand.changed.notify_all();
    settle();
    ASSERT_TRUE(ended && !*ended);
    EXPECT_EQ(made(segments), (Ranges{{0, 200}, {200, 500}, {500, 800}, {800, std::nullopt}}));
}

TEST_F(RenditionSegmentsTest, AreNotCutFinerWhereItIsNotKnownWhatThatCosts) {
    hand.plan.segment_ticks = 500;
    hand.cuts_studied_until = 1000;
    machine.core_count = 4;
    slots.resize(4);
    encode(segments);
    EXPECT_THAT(made(segments), testing::Contains(SegmentRange{500, std::nullopt}));
    EXPECT_GT(made(segments).size(), 2U);
}

TEST_F(RenditionSegmentsTest, ThatAreAllKeptWaitForNothing) {
    const WorkAhead::Entry more(context.work_ahead, [] { return WorkLeft{0, 0, 0, true}; });
    hand.plan.segment_ticks = 400;
    encode(segments);
    hand.cuts_studied_until = 0;
    ended.reset();
    RenditionSegments again(hand, 24);
    encode(again);
    EXPECT_TRUE(ended);
    EXPECT_EQ(made(again), made(segments));
}

TEST_F(RenditionSegmentsTest, ThatHaveNotBegunAreCutAnewOnceMoreIsKnown) {
    const WorkAhead::Entry more(context.work_ahead, [] { return WorkLeft{0, 0, 0, true}; });
    slots.resize(1);
    hand.plan.segment_ticks = 300;
    processes.held = true;
    encode(segments);
    EXPECT_EQ(hand.renditions.at(24).segments, 3);
    mark_costly(hand.plan.cuts, 300);
    mark_costly(hand.plan.cuts, 600);
    hand.costly_cuts += 2;
    processes.release();
    settle();
    ASSERT_TRUE(ended && !*ended);
    EXPECT_EQ(made(segments), (Ranges{{0, 300}, {300, 500}, {500, 800}, {800, std::nullopt}}));
}

TEST_F(RenditionSegmentsTest, AreLeftWholeWhereCuttingIsOff) {
    machine.core_count = 8;
    hand.plan.segment_ticks = 0;
    encode(segments);
    EXPECT_THAT(made(segments), ElementsAre(whole));
}

TEST_F(RenditionSegmentsTest, CountForMoreToComeUntilTheyArePlannedAndNoMoreOnceTheyFailed) {
    EXPECT_TRUE(context.work_ahead.left().more_to_come);
    processes.answer = [](const ProcessRequest&) {
        ProcessOutcome failed;
        failed.signal = 11;
        return failed;
    };
    encode(segments);
    EXPECT_EQ(context.work_ahead.left(), WorkLeft());
}

TEST_F(RenditionSegmentsTest, AreLeftWholeWhileMoreIsToCome) {
    machine.core_count = 4;
    hand.plan.segment_ticks = 1000;
    const WorkAhead::Entry more(context.work_ahead, [] { return WorkLeft{0, 0, 0, true}; });
    encode(segments);
    EXPECT_THAT(made(segments), ElementsAre(whole));
}

TEST_F(RenditionSegmentsTest, EndThoughEverySlotIsTakenByOthers) {
    const WorkAhead::Entry more(context.work_ahead, [] { return WorkLeft{0, 0, 0, true}; });
    slots.resize(1);
    processes.held = true;
    encode(segments);
    JobInHand other(context, job_under_way());
    other.plan = plan_of_a_video();
    RenditionSegments others(other, 24);
    std::optional<RenditionSegments::Failure> others_end;
    bool first = true;
    processes.answer = [&](const ProcessRequest&) {
        processes.held = std::exchange(first, false); // the next one holds its slot
        return ended_well();
    };
    start([](RenditionSegments& all,
             std::optional<RenditionSegments::Failure>& outcome) -> Awaitable<void> {
        outcome = co_await all.encode();
    }(others, others_end));
    settle();
    processes.release();
    settle();
    EXPECT_TRUE(ended);
    EXPECT_FALSE(others_end);
    processes.release();
    settle();
    EXPECT_TRUE(others_end);
    end();
}

TEST_F(RenditionSegmentsTest, OfAnEarlierRunAreUsedAgainAndOnlyTheRestIsEncoded) {
    const WorkAhead::Entry more(context.work_ahead, [] { return WorkLeft{0, 0, 0, true}; });
    hand.plan.segment_ticks = 400;
    encode(segments);
    work_dir.remove(segments.files().at(1).file);
    processes.commands.clear();

    JobInHand later(context, job_under_way());
    later.plan = hand.plan;
    later.kept = hand.kept;
    RenditionSegments again(later, 24);
    encode(again);
    EXPECT_EQ(processes.commands.size(), 1U);
    EXPECT_EQ(made(again), made(segments));
}

TEST_F(RenditionSegmentsTest, AreMadeAnewWhereSourcePlanOrEncoderAreOthers) {
    const WorkAhead::Entry more(context.work_ahead, [] { return WorkLeft{0, 0, 0, true}; });
    encode(segments);
    const auto runs_with = [&](auto change) {
        JobInHand later(context, job_under_way());
        later.plan = hand.plan;
        later.kept = hand.kept;
        change(later);
        RenditionSegments again(later, 24);
        processes.commands.clear();
        encode(again);
        return processes.commands.size();
    };
    EXPECT_EQ(runs_with([](JobInHand&) {}), 0U);
    EXPECT_EQ(runs_with([](JobInHand& later) { later.demuxers += ",matroska"; }), 0U);
    EXPECT_EQ(runs_with([](JobInHand& later) { later.job.sha256 = "other"; }), 1U);
    EXPECT_EQ(runs_with([](JobInHand& later) { later.plan.video.preset = 3; }), 1U);
    EXPECT_EQ(runs_with([](JobInHand& later) { later.kept.front().bytes = 1; }), 1U);
    context.versions["libaom-av1"] = "another";
    EXPECT_EQ(runs_with([](JobInHand&) {}), 1U);
}

TEST_F(RenditionSegmentsTest, WhosePicturesAreNotTheSourcesAreGoneAfterTheLook) {
    const WorkAhead::Entry more(context.work_ahead, [] { return WorkLeft{0, 0, 0, true}; });
    hand.plan.segment_ticks = 500;
    encode(segments);
    take_as_judged(hand);
    int looks = 0;
    processes.answer = [&](const ProcessRequest& request) {
        request.on_stdout(frames(++looks == 1 ? 500 : 499));
        return ended_well();
    };
    const auto verdict = verify();
    EXPECT_EQ(verdict, "segment 2 of CRF 24: 499 frames instead of 500");
    EXPECT_EQ(made(segments), (Ranges{{0, 500}}));
    EXPECT_EQ(hand.kept.size(), 1U);
    encode(segments);
    EXPECT_EQ(made(segments), (Ranges{{0, 500}, {500, std::nullopt}}));
}

TEST_F(RenditionSegmentsTest, AreLookedAtWhileOthersAreEncoded) {
    const WorkAhead::Entry more(context.work_ahead, [] { return WorkLeft{0, 0, 0, true}; });
    slots.resize(1);
    hand.plan.segment_ticks = 500;
    take_as_judged(hand);
    processes.never_ends = [&](const ProcessRequest& request) {
        return is_encode(request.command.arguments) && processes.commands.size() > 1;
    };
    processes.answer = [](const ProcessRequest& request) {
        if (!is_encode(request.command.arguments))
            request.on_stdout(frames(500));
        return ended_well();
    };
    encode(segments);
    EXPECT_FALSE(ended);
    EXPECT_EQ(std::ranges::count_if(processes.commands, is_encode), 2);
    EXPECT_EQ(processes.commands.size(), 3U);
}

TEST_F(RenditionSegmentsTest, AreLookedAtOnceAndWhatWasFoundMeanwhileCounts) {
    const WorkAhead::Entry more(context.work_ahead, [] { return WorkLeft{0, 0, 0, true}; });
    hand.plan.segment_ticks = 500;
    take_as_judged(hand);
    int looks = 0;
    processes.answer = [&](const ProcessRequest& request) {
        if (!is_encode(request.command.arguments))
            request.on_stdout(frames(++looks == 1 ? 499 : 500));
        return ended_well();
    };
    encode(segments);
    ASSERT_TRUE(ended && !*ended);
    EXPECT_THAT(verify(), testing::Optional(testing::HasSubstr("499 frames instead of 500")));
    EXPECT_EQ(processes.commands.size(), 4U);
    EXPECT_EQ(made(segments).size(), 1U);
    encode(segments);
    EXPECT_EQ(verify(), std::nullopt);
    EXPECT_EQ(processes.commands.size(), 6U);
}

TEST_F(RenditionSegmentsTest, AreOneOnceCuttingIsGivenUp) {
    const WorkAhead::Entry more(context.work_ahead, [] { return WorkLeft{0, 0, 0, true}; });
    hand.plan.segment_ticks = 200;
    encode(segments);
    segments.give_up_cutting();
    EXPECT_THAT(made(segments), IsEmpty());
    encode(segments);
    EXPECT_THAT(made(segments), ElementsAre(whole));
}

TEST_F(RenditionSegmentsTest, AreNotCutWhereDamageIsKept) {
    hand.plan.damaged = OnDamaged::keep;
    hand.plan.segment_ticks = 200;
    encode(segments);
    EXPECT_THAT(made(segments), ElementsAre(whole));
}

TEST_F(RenditionSegmentsTest, EndWithTheFirstThatFails) {
    hand.plan.segment_ticks = 200;
    processes.answer = [](const ProcessRequest&) {
        ProcessOutcome failed;
        failed.signal = 11;
        return failed;
    };
    encode(segments);
    ASSERT_TRUE(ended && *ended);
    EXPECT_THAT(**ended, testing::StartsWith("segment "));
    EXPECT_EQ(slots_in_use(), 0U);
}

TEST_F(RenditionSegmentsTest, EndWhereTheyAreCancelledAtAnyMoment) {
    const WorkAhead::Entry more(context.work_ahead, [] { return WorkLeft{0, 0, 0, true}; });
    hand.plan.segment_ticks = 200;
    processes.held = true;
    encode(segments);
    EXPECT_EQ(slots_in_use(), 2U);
    cancel(scope);
    EXPECT_EQ(slots_in_use(), 0U);
    EXPECT_FALSE(ended);
}

TEST_F(RenditionSegmentsTest, EndByAFullDisk) {
    ledger.full_else = 1;
    encode_and_catch();
    EXPECT_TRUE(disk_was_full);
    EXPECT_EQ(slots_in_use(), 0U);
}

TEST_F(RenditionSegmentsTest, TellHowManyProcessesTheMemoryCarries) {
    config.encode.encoder = Encoder::libaom_av1;
    const WorkAhead::Entry more(context.work_ahead, [] { return WorkLeft{0, 0, 0, true}; });
    processes.answer = [](const ProcessRequest&) {
        ProcessOutcome well;
        well.exit_status = 0;
        well.peak_memory_bytes = 8ULL << 30; // all that the fake machine has
        return well;
    };
    encode(segments);
    EXPECT_EQ(slots.count(), 1);
    config.workers = 2;
    slots.resize(2);
    segments.give_up_cutting();
    encode(segments);
    EXPECT_EQ(slots.count(), 2);
}

} // namespace
} // namespace av1encd::test
