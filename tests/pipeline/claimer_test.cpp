#include "daemon/pipeline/claimer.hpp"

#include "tests/pipeline/pipeline_fixture.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace av1encd::test {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

/// Jobs never get further than their first child process, which does not end.
class ClaimerTest : public PipelineTest {
protected:
    ClaimerTest() {
        processes.held = true;
        config.chunk_size = 100;
    }
    ~ClaimerTest() override {
        end();
        stop();
    }

    void stop() {
        CoroutineScope stopping(executor);
        stopping.start(jobs.stop());
        settle();
    }
    void put(const std::string& source, std::uint64_t bytes, std::int64_t time = 1) {
        share.files[Place::to_assign][source] = {bytes, time};
    }
    Words claimed() const {
        Words sources;
        for (const auto& call : share.calls)
            if (call.starts_with("claim "))
                sources.push_back(call.substr(6));
        return sources;
    }
    long looks_before_first_claim() const {
        const auto claim = std::ranges::find_if(
            share.calls, [](const auto& call) { return call.starts_with("claim "); });
        return std::count_if(share.calls.begin(), claim,
                             [](const auto& call) { return call.starts_with("look "); });
    }
    void run() {
        start(claimer.run());
        start(claimer.watch());
        settle();
    }

    Jobs jobs{context, [](std::exception_ptr failure) { std::rethrow_exception(failure); }};
    Claimer claimer{context, jobs};
};

TEST_F(ClaimerTest, ClaimsWhatRestedInOrderUntilTheChunkIsFull) {
    put("b.mp4", 40);
    put("a/z.mp4", 50);
    put("c.mp4", 60);
    run();
    EXPECT_EQ(claimed(), Words{});
    pass(1s);
    EXPECT_EQ(claimed(), (Words{"a/z.mp4", "b.mp4", "c.mp4"}));
    EXPECT_EQ(jobs.chunks_in_work(), 2U);
    EXPECT_EQ(jobs.find("c.mp4")->in_hand().job.chunk, 2);
}

TEST_F(ClaimerTest, FetchesNoMoreThanOneChunkAhead) {
    for (const auto* source : {"a.mp4", "b.mp4", "c.mp4"})
        put(source, 100);
    run();
    pass(1s);
    pass(1s);
    pass(20s);
    EXPECT_EQ(claimed(), (Words{"a.mp4", "b.mp4"}));
    EXPECT_EQ(claimer.waiting(), 1U);
}

TEST_F(ClaimerTest, DoesNotClaimASourceThatIsStillBeingWritten) {
    put("a.mp4", 10, 1);
    run();
    put("a.mp4", 20, 2);
    pass(1s);
    EXPECT_EQ(claimed(), Words{});
    pass(1s);
    EXPECT_EQ(claimed(), Words{"a.mp4"});
    EXPECT_EQ(jobs.find("a.mp4")->in_hand().job.file, (FileState{20, 2}));
}

TEST_F(ClaimerTest, LooksNoFurtherThanAChunkBeforeItsFirstClaim) {
    for (int number = 0; number < 1000; ++number)
        put(fmt::format("{:04}.mp4", number), 40);
    run();
    pass(1s);
    EXPECT_EQ(claimed().front(), "0000.mp4");
    EXPECT_LE(looks_before_first_claim(), 6);
}

TEST_F(ClaimerTest, ClaimsWhatRestsBeforeItLooksAtTheRestOfManyEmptyFiles) {
    for (int number = 0; number < 300; ++number)
        put(fmt::format("{:04}.mp4", number), 0);
    put("0005a.mp4", 40);
    // Every look takes 100 ms: 30 s for all of them.
    share.on_look = [this] { clock.pass(100ms); };
    run();
    ASSERT_FALSE(claimed().empty());
    EXPECT_EQ(claimed().front(), "0005a.mp4");
    EXPECT_LE(looks_before_first_claim(), 20);
}

TEST_F(ClaimerTest, PutsNoMoreThan256SourcesIntoAChunk) {
    config.chunk_size = 1 << 20;
    for (int number = 0; number < 300; ++number)
        put(fmt::format("{:04}.mp4", number), 1);
    run();
    pass(1s);
    EXPECT_EQ(jobs.find("0255.mp4")->in_hand().job.chunk, 1);
    EXPECT_EQ(jobs.find("0256.mp4")->in_hand().job.chunk, 2);
}

TEST_F(ClaimerTest, GoesOnWhereAnotherMachineWasFaster) {
    put("a.mp4", 10);
    put("b.mp4", 10);
    share.lost_races = {"a.mp4"};
    run();
    pass(1s);
    EXPECT_EQ(claimed(), (Words{"a.mp4", "b.mp4"}));
    EXPECT_EQ(jobs.active(), 1U);
    EXPECT_TRUE(jobs.has("b.mp4"));
}

TEST_F(ClaimerTest, ReportsWhatIsNoSourceOnce) {
    share.strange = {{"link.mp4", "is a symbolic link"}};
    run();
    pass(20s);
    pass(20s);
    EXPECT_EQ(events.words(), Words{"strange-name link.mp4"});
}

TEST_F(ClaimerTest, SaysAStrangeNameOnceThoughTheShareListsItOnlyNowAndThen) {
    const std::vector<StrangeName> strange = {{"link.mp4", "is a symbolic link"}};
    run();
    for (int i = 0; i < 24 * 60; ++i) {
        share.strange = i % 2 == 0 ? strange : std::vector<StrangeName>{};
        pass(1min);
    }
    EXPECT_EQ(events.words(), Words{"strange-name link.mp4"});
}

TEST_F(ClaimerTest, SaysAStrangeNameAgainThatWasGoneForHours) {
    const std::vector<StrangeName> strange = {{"link.mp4", "is a symbolic link"}};
    share.strange = strange;
    run();
    share.strange.clear();
    for (int i = 0; i < 120; ++i)
        pass(1min);
    share.strange = strange;
    pass(1min);
    EXPECT_EQ(events.words(), (Words{"strange-name link.mp4", "strange-name link.mp4"}));
}

TEST_F(ClaimerTest, CountsASourceThatItMayNotReadAndSaysItOnce) {
    put("a.mp4", 10);
    share.unreadable["a.mp4"] = "this user may not read it: chmod g+r a.mp4";
    run();
    pass(20s);
    pass(20s);
    EXPECT_EQ(claimer.unreadable(), 1U);
    EXPECT_EQ(claimer.waiting(), 0U);
    EXPECT_EQ(events.words(), Words{"strange-name a.mp4"});
    EXPECT_EQ(claimed(), Words{});
}

TEST_F(ClaimerTest, DoesNotWaitAMinuteForAFileThatWasEmptyAtFirst) {
    put("a.mp4", 0);
    run();
    pass(1s);
    put("a.mp4", 10);
    share.tell_of_change();
    pass(1s);
    pass(1s);
    EXPECT_EQ(claimed(), Words{"a.mp4"});
}

TEST_F(ClaimerTest, RemembersTheNumberOfTheLastChunk) {
    put("a.mp4", 10);
    claimer.set_next_chunk(7);
    run();
    pass(1s);
    EXPECT_EQ(claimed(), Words{"a.mp4"});
    EXPECT_EQ(ledger.facts.at(std::string(last_chunk_fact)), "7");
}

TEST_F(ClaimerTest, LeavesASourceThatNoWorkDirCanHoldWhereItIs) {
    work_dir.total = 1000;
    config.chunk_size = 1 << 20;
    put("a.mp4", 1001);
    run();
    pass(1s);
    EXPECT_EQ(claimed(), Words{});
    EXPECT_EQ(claimer.unreadable(), 1U);
}

TEST_F(ClaimerTest, ClaimsNothingUnderAHold) {
    put("a.mp4", 10);
    pauser.set(HoldReason::disk, "full");
    run();
    pass(5s);
    EXPECT_EQ(claimed(), Words{});
    pauser.lift(HoldReason::disk);
    settle();
    pass(1s);
    EXPECT_EQ(claimed(), Words{"a.mp4"});
}

TEST_F(ClaimerTest, LeavesASourceThatWasGivenBackAloneUntilItChanges) {
    put("a.mp4", 10, 1);
    ledger.declines = {{"a.mp4", {10, 1}, "cancelled"}};
    run();
    pass(20s);
    EXPECT_EQ(claimed(), Words{});
    put("a.mp4", 10, 2);
    pass(20s);
    pass(1s);
    EXPECT_EQ(claimed(), Words{"a.mp4"});
    EXPECT_EQ(ledger.declines, std::vector<Declined>{});
}

TEST_F(ClaimerTest, TakesOverAClaimThatNoLedgerKnows) {
    share.files[Place::in_progress]["old.mp4"] = {10, 1};
    claimer.set_next_chunk(7);
    claimer.take_over({"old.mp4"});
    run();
    EXPECT_TRUE(jobs.has("old.mp4"));
    EXPECT_EQ(jobs.find("old.mp4")->in_hand().job.chunk, 7);
}

TEST_F(ClaimerTest, KeepsAClaimThatAFullDiskKeptOutOfTheLedger) {
    put("a.mp4", 10);
    ledger.full = 1;
    run();
    pass(1s);
    EXPECT_TRUE(share.files[Place::in_progress].contains("a.mp4"));
    EXPECT_TRUE(pauser.holds().has(HoldReason::disk));
    EXPECT_EQ(jobs.active(), 0U);
    pass(2s);
    EXPECT_TRUE(jobs.has("a.mp4"));
    EXPECT_FALSE(pauser.holds().has(HoldReason::disk));
}

TEST_F(ClaimerTest, IsAtRestWhileNothingChanges) {
    run();
    for (int second = 0; second < 10; ++second)
        pass(1s);
    EXPECT_EQ(std::ranges::count(share.calls, "scan"), 1);
    share.tell_of_change();
    settle();
    EXPECT_EQ(std::ranges::count(share.calls, "scan"), 2);
}

// The real share tells of changes since the last scan, and until there was one, always of some.
TEST_F(ClaimerTest, IsAtRestWhileAHoldPutsOffItsFirstScan) {
    share.waits_ended = 1;
    pauser.set(HoldReason::cpu, "");
    run();
    EXPECT_EQ(share.waits, 1);
    pauser.lift(HoldReason::cpu);
    pass(1s);
    EXPECT_EQ(std::ranges::count(share.calls, "scan"), 1);
    EXPECT_EQ(share.waits, 2);
}

TEST_F(ClaimerTest, KnowsWhenNothingIsLeft) {
    put("a.mp4", 10);
    run();
    EXPECT_FALSE(claimer.nothing_left());
    pass(1s);
    EXPECT_TRUE(claimer.nothing_left());
    put("b.mp4", 10);
    share.tell_of_change();
    pass(200ms);
    EXPECT_FALSE(claimer.nothing_left());
}

TEST_F(ClaimerTest, TellsWhoeverPlansAheadThatMoreIsToComeUntilTheLastSourceIsClaimed) {
    for (const auto* source : {"a.mp4", "b.mp4", "c.mp4"})
        put(source, 100);
    processes.held = false; // jobs fail at once, so that they have nothing to tell
    share.on_claim = [this] {
        EXPECT_TRUE(context.work_ahead.left().more_to_come) << claimed().back();
    };
    run();
    pass(1s);
    pass(1s);
    EXPECT_EQ(claimed(), (Words{"a.mp4", "b.mp4", "c.mp4"}));
    EXPECT_EQ(jobs.active(), 0U);
    EXPECT_FALSE(context.work_ahead.left().more_to_come);
}

TEST_F(ClaimerTest, FindsASourceThatNoChangeWasToldOf) {
    run();
    put("a.mp4", 10);
    pass(14s);
    EXPECT_EQ(claimed(), Words{});
    pass(1s);
    pass(1s);
    EXPECT_EQ(claimed(), Words{"a.mp4"});
}

TEST_F(ClaimerTest, HasSomethingLeftForAsLongAsAnEmptyFileIsWaitedFor) {
    put("a.mp4", 0);
    run();
    pass(20s);
    EXPECT_FALSE(claimer.nothing_left());
    pass(60s);
    EXPECT_EQ(claimed(), Words{"a.mp4"});
    EXPECT_TRUE(claimer.nothing_left());
}

TEST_F(ClaimerTest, SaysOnceThatChangesGoUnnoticed) {
    share.unwatched = "the limit of folders watched is reached";
    run();
    pass(15s);
    pass(15s);
    EXPECT_EQ(std::ranges::count(events.words(), "note"), 1);
}

TEST_F(ClaimerTest, SaysRarelyThatTheWatchComesAndGoes) {
    run();
    for (int i = 0; i < 24 * 60; ++i) {
        share.unwatched = i % 2 == 0 ? "the limit of folders watched is reached" : "";
        pass(1min);
    }
    EXPECT_EQ(std::ranges::count(events.words(), "note"), LineBudget::at_once + 24 * 4 - 1);
}

TEST_F(ClaimerTest, ClaimsTheRestAtOnceAfterAPauseBetweenTwoClaims) {
    put("a.mp4", 10);
    put("b.mp4", 10);
    run();
    share.on_claim = [this] { pauser.set(HoldReason::schedule, "night"); };
    pass(1s);
    EXPECT_EQ(claimed(), Words{"a.mp4"});
    EXPECT_FALSE(claimer.nothing_left());
    share.on_claim = nullptr;
    pauser.lift(HoldReason::schedule);
    settle();
    pass(1s);
    EXPECT_EQ(claimed(), (Words{"a.mp4", "b.mp4"}));
}

TEST_F(ClaimerTest, TakesOverClaimsInTheirOrder) {
    share.files[Place::in_progress] = {{"a.mp4", {1, 1}}, {"b.mp4", {1, 1}}};
    claimer.take_over({"a.mp4", "b.mp4"});
    run();
    EXPECT_EQ(ledger.all.at(JobId{1}).job.source, "a.mp4");
    EXPECT_EQ(ledger.all.at(JobId{2}).job.source, "b.mp4");
}

} // namespace
} // namespace av1encd::test
