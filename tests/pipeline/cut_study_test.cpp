#include "daemon/pipeline/cut_study.hpp"

#include "tests/pipeline/pipeline_fixture.hpp"
#include "tests/support/ivf.hpp"

#include <gmock/gmock.h>

namespace av1encd::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

JobDetails job_under_way() {
    JobDetails details;
    details.job.id = JobId{1};
    details.job.source = "a.mp4";
    return details;
}

/// A video of 600 pictures, one a tick, with keyframes at 0, 150, 300 and 450.
class CutStudyTest : public PipelineTest {
protected:
    CutStudyTest() {
        config.retries = 0;
        auto& plan = hand.plan;
        plan.video.source.time_base = {1, 10};
        plan.video.encoder = Encoder::libaom_av1;
        plan.segment_ticks = 100;
        plan.cuts.end = 600;
        plan.cuts.pictures = 600;
        for (const auto picture : {150, 300, 450})
            plan.cuts.places.push_back({picture, static_cast<std::uint64_t>(picture)});
        processes.answer = [this](const ProcessRequest& request) {
            for (const auto& piece : answer)
                request.on_stdout(piece);
            return outcome;
        };
        outcome.exit_status = 0;
    }
    ~CutStudyTest() override { end(); }

    void study() {
        start(study_cuts(hand));
        settle();
    }
    std::vector<std::int64_t> costly() const {
        std::vector<std::int64_t> times;
        for (const auto& place : hand.plan.cuts.places)
            if (place.costly)
                times.push_back(place.time);
        return times;
    }

    JobInHand hand{context, job_under_way()};
    std::vector<std::string> answer;
    ProcessOutcome outcome;
};

TEST_F(CutStudyTest, MarksThePlacesFromWhichOnTheEncoderWouldBeSlow) {
    answer = {ivf_header() + ivf_keyframe(0, false) + ivf_keyframe(150, true),
              ivf_keyframe(300, false), ivf_keyframe(450, true)};
    study();
    EXPECT_THAT(costly(), ElementsAre(150, 450));
    EXPECT_EQ(hand.costly_cuts, 2);
    EXPECT_FALSE(hand.cuts_studied_until);
}

TEST_F(CutStudyTest, MarksNoneInASourceThatIsSlowFromItsBeginningOn) {
    answer = {ivf_header(), ivf_keyframe(0, true), ivf_keyframe(150, true),
              ivf_keyframe(300, false), ivf_keyframe(450, true)};
    study();
    EXPECT_THAT(costly(), IsEmpty());
}

TEST_F(CutStudyTest, SaysHowFarItIs) {
    answer = {ivf_header(), ivf_keyframe(0, false), ivf_keyframe(150, false)};
    std::optional<std::int64_t> seen;
    processes.answer = [&](const ProcessRequest& request) {
        EXPECT_TRUE(hand.cuts_studied_until);
        for (const auto& piece : answer)
            request.on_stdout(piece);
        seen = hand.cuts_studied_until;
        return outcome;
    };
    study();
    EXPECT_EQ(seen, 150);
}

TEST_F(CutStudyTest, KeepsNobodyWaitingForWhatItCannotRead) {
    std::optional<std::int64_t> seen = 0;
    processes.answer = [&](const ProcessRequest& request) {
        request.on_stdout(std::string(100, 'x'));
        seen = hand.cuts_studied_until;
        return outcome;
    };
    study();
    EXPECT_EQ(seen, std::nullopt);
}

TEST_F(CutStudyTest, KeepsNobodyWaitingWhereNothingCanBeFoundOut) {
    outcome.exit_status = 1;
    study();
    EXPECT_FALSE(hand.cuts_studied_until);
    outcome.exit_status.reset();
    outcome.signal = 11;
    study();
    EXPECT_FALSE(hand.cuts_studied_until);
    EXPECT_THAT(costly(), IsEmpty());
}

TEST_F(CutStudyTest, IsMadeOnlyWhereItChangesSomething) {
    const auto runs_with = [this](auto change) {
        const auto plan = hand.plan;
        change(hand.plan);
        processes.commands.clear();
        study();
        hand.plan = plan;
        return processes.commands.size();
    };
    EXPECT_EQ(runs_with([](EncodePlan&) {}), 1U);
    EXPECT_EQ(runs_with([](EncodePlan& plan) { plan.video.encoder = Encoder::libsvtav1; }), 0U);
    EXPECT_EQ(runs_with([](EncodePlan& plan) { plan.segment_ticks = 0; }), 0U);
    // The source may prove sound.
    EXPECT_EQ(runs_with([](EncodePlan& plan) { plan.damaged = OnDamaged::keep; }), 1U);
    EXPECT_EQ(runs_with([](EncodePlan& plan) { plan.cuts.places.clear(); }), 0U);
    EXPECT_EQ(runs_with([](EncodePlan& plan) { plan.cuts.places = {{10, 10}, {590, 590}}; }), 0U);
}

} // namespace
} // namespace av1encd::test
