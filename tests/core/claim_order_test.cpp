#include "daemon/core/claim_order.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

constexpr Settling::Ticks start{};

TEST(ClaimOrder, ComparesPathsFolderByFolderAsBytes) {
    Names names = {"a-b/c.mp4", "b.mp4", "a/z.mp4", "a.mp4", "\xff.mp4", "a/b/c.mp4", "B.mp4"};
    sort_for_claiming(names);
    EXPECT_EQ(names,
              (Names{"B.mp4", "a/b/c.mp4", "a/z.mp4", "a-b/c.mp4", "a.mp4", "b.mp4", "\xff.mp4"}));
}

TEST(ClaimOrder, TakesSourcesUntilTheNextWouldExceedTheChunk) {
    EXPECT_EQ(chunk_length({40, 60, 1}, 100), 2U);
    EXPECT_EQ(chunk_length({40, 61, 1}, 100), 1U);
}

TEST(ClaimOrder, AlwaysTakesTheFirstSource) {
    EXPECT_EQ(chunk_length({500, 1}, 100), 1U);
    EXPECT_EQ(chunk_length({}, 100), 0U);
}

TEST(Settling, FindsASourceAtRestOnceTwoLooksAgreeThatFarApart) {
    Settling settling;
    EXPECT_FALSE(settling.rests("a", {7, 1}, start, 1s));
    EXPECT_FALSE(settling.rests("a", {7, 1}, start + 999ms, 1s));
    EXPECT_TRUE(settling.rests("a", {7, 1}, start + 1s, 1s));
}

TEST(Settling, BeginsAnewWhereSizeOrTimeChanged) {
    Settling settling;
    settling.rests("a", {7, 1}, start, 1s);
    EXPECT_FALSE(settling.rests("a", {8, 1}, start + 1s, 1s));
    EXPECT_FALSE(settling.rests("a", {8, 2}, start + 2s, 1s));
    EXPECT_TRUE(settling.rests("a", {8, 2}, start + 3s, 1s));
}

TEST(Settling, LetsAnEmptyFileRestForAMinute) {
    Settling settling;
    settling.rests("a", {0, 1}, start, 1s);
    EXPECT_FALSE(settling.rests("a", {0, 1}, start + 59s, 1s));
    EXPECT_TRUE(settling.rests("a", {0, 1}, start + 60s, 1s));
    EXPECT_EQ(settling.next_look("a", 1s), start + 60s);
}

TEST(Settling, TakesAnotherLookAtAnEmptyFileWhereThereIsNews) {
    Settling settling;
    EXPECT_FALSE(settling.may_have_begun("a", start + 1s));
    settling.rests("a", {0, 1}, start, 1s);
    EXPECT_TRUE(settling.may_have_begun("a", start + 1s));
    settling.rests("a", {0, 1}, start + 2s, 1s);
    EXPECT_FALSE(settling.may_have_begun("a", start + 1s));
    settling.rests("a", {7, 2}, start + 3s, 1s);
    EXPECT_FALSE(settling.may_have_begun("a", start + 4s));
}

TEST(Settling, KnowsWhenALookIsWorthTheNextTime) {
    Settling settling;
    EXPECT_EQ(settling.next_look("a", 1s), Settling::Ticks::min());
    settling.rests("a", {7, 1}, start + 5s, 1s);
    EXPECT_EQ(settling.next_look("a", 1s), start + 6s);
    settling.forget("a");
    EXPECT_EQ(settling.next_look("a", 1s), Settling::Ticks::min());
}

} // namespace
} // namespace av1encd
