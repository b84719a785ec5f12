#include "daemon/pipeline/share_gate.hpp"

#include "tests/pipeline/pipeline_fixture.hpp"

#include <algorithm>

namespace av1encd::test {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

class ShareGateTest : public PipelineTest {
protected:
    ~ShareGateTest() override { end(); }

    ShareGate gate{executor, share, pauser, ledger, clock, "tree"};
    std::optional<ClaimOutcome> outcome;

    Awaitable<void> claim(std::string source) {
        const auto claim = co_await gate.claim(std::move(source));
        outcome = claim.outcome;
    }
};

TEST_F(ShareGateTest, MakesACallThatWasNotAnsweredAgainOnceTheShareIsBack) {
    share.files[Place::to_assign]["a.mp4"] = {1, 1};
    start(gate.keep_open());
    settle();
    share.away = 2; // the claim, and the first attempt to open again
    start(claim("a.mp4"));
    settle();
    EXPECT_TRUE(pauser.holds().has(HoldReason::share));
    EXPECT_EQ(outcome, std::nullopt);
    pass(1s);
    EXPECT_FALSE(pauser.holds().has(HoldReason::share));
    EXPECT_EQ(outcome, ClaimOutcome::won);
    EXPECT_EQ(share.calls, (Words{"open", "open", "claim a.mp4"}));
}

TEST_F(ShareGateTest, WaitsWithCallsUntilTheShareWasFirstOpened) {
    start(claim("a.mp4"));
    settle();
    EXPECT_EQ(share.calls, Words{});
    start(gate.keep_open());
    settle();
    EXPECT_EQ(outcome, ClaimOutcome::lost);
}

TEST_F(ShareGateTest, RemembersTheMarkersOfItsTree) {
    start(gate.keep_open());
    settle();
    EXPECT_EQ(ledger.facts,
              (std::map<std::string, std::string>{{"root marker of tree", "root-id"},
                                                  {"output marker of tree", "output-id"}}));
}

TEST_F(ShareGateTest, SaysWhyAShareIsAwayAndTriesMoreAndMoreSlowly) {
    share.away = 1000;
    start(gate.keep_open());
    pass(1s);
    pass(2s);
    pass(4s);
    EXPECT_EQ(pauser.holds().all().front().text, "the share is away");
    EXPECT_EQ(share.away, 1000 - 4);
    pass(7s);
    EXPECT_EQ(share.away, 1000 - 4);
    EXPECT_EQ(events.words(), Words{"share-lost"});
}

TEST_F(ShareGateTest, WaitsBetweenAttemptsWhereTheShareOpensAndDoesNotAnswerTheCall) {
    start(gate.keep_open());
    settle();
    share.never_answered = {"claim a.mp4"};
    start(claim("a.mp4"));
    settle();
    EXPECT_EQ(std::ranges::count(share.calls, "claim a.mp4"), 2);
    pass(1s);
    pass(2s);
    pass(4s);
    EXPECT_EQ(std::ranges::count(share.calls, "claim a.mp4"), 5);
    share.never_answered.clear();
    pass(8s);
    EXPECT_EQ(outcome, ClaimOutcome::lost);
    EXPECT_FALSE(pauser.holds().has(HoldReason::share));
}

TEST_F(ShareGateTest, OfAShareThatIsLostAndBackForADayFewLinesAreLeft) {
    start(gate.keep_open());
    settle();
    share.never_answered = {"claim a.mp4"};
    start(claim("a.mp4"));
    for (int second = 0; second < 24 * 3600; ++second)
        pass(1s);
    EXPECT_GT(std::ranges::count(share.calls, "claim a.mp4"), 8000);
    const auto words = events.words();
    EXPECT_LE(std::ranges::count(words, "share-lost"), LineBudget::at_once + 24 * 4);
    EXPECT_GE(std::ranges::count(words, "share-lost"), 24 * 4);
    EXPECT_LT(words.size(), 300U);
}

TEST_F(ShareGateTest, WaitsUntilTheLedgerCanRememberTheMarkers) {
    ledger.full_else = 1;
    start(gate.keep_open());
    settle();
    EXPECT_FALSE(gate.is_open());
    EXPECT_TRUE(pauser.holds().has(HoldReason::share));
    pass(1s);
    EXPECT_TRUE(gate.is_open());
}

} // namespace
} // namespace av1encd::test
