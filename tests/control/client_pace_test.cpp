#include "daemon/control/client_pace.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

using namespace std::chrono_literals;

constexpr ClientPace::Ticks begin{1h};

/// How many calls a client that waits as it is told makes within the time.
int calls_within(std::chrono::nanoseconds time) {
    ClientPace pace;
    int calls = 0;
    for (auto now = begin; now < begin + time; now = std::max(now, pace.next()), ++calls)
        pace.charge(now, 1, 0);
    return calls;
}

TEST(ClientPace, LetsAThousandCallsThroughAtOnce) {
    ClientPace pace;
    for (int call = 0; call < 1000; ++call) {
        EXPECT_LE(pace.next(), begin) << call;
        pace.charge(begin, 1, 0);
    }
    EXPECT_LE(pace.next(), begin);
    pace.charge(begin, 1, 0);
    EXPECT_GT(pace.next(), begin);
}

TEST(ClientPace, SpendsAPartOfTheTimeHoweverMuchIsAsked) {
    const auto whole = [](int calls) { return calls * ClientPace::cost_of_a_call; };
    const auto allowed = 60s / ClientPace::parts + ClientPace::burst;
    EXPECT_LE(whole(calls_within(60s)), allowed);
    EXPECT_GE(whole(calls_within(60s)), 60s / ClientPace::parts);
}

TEST(ClientPace, CountsBytesToo) {
    ClientPace pace;
    pace.charge(begin, 0, std::size_t{100} << 20);
    EXPECT_GT(pace.next(), begin + 3s);
}

TEST(ClientPace, ForgivesAfterAWhile) {
    ClientPace pace;
    pace.charge(begin, 2000, 0);
    EXPECT_EQ(pace.next(), begin + 200ms);
    pace.charge(begin + 1h, 1, 0);
    EXPECT_LE(pace.next(), begin + 1h);
}

} // namespace
} // namespace av1encd
