#include "daemon/system/process_stat.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

using namespace std::chrono_literals;

const std::string behind_the_name =
    " S 40 50 60 0 -1 4194560 1 2 3 4 110 20 300 4 20 -5 3 0 6000 9 9 9\n";

TEST(ProcessStat, HasTheFieldsOfProc5) {
    const auto stat = parse_process_stat("42 (sh)" + behind_the_name);
    ASSERT_TRUE(stat);
    EXPECT_EQ(stat->process.use, (ProcessUse{42, 60s, 1300ms, -5, "sh"}));
    EXPECT_EQ(stat->process.parent, 40);
    EXPECT_EQ(stat->process.group, 50);
    EXPECT_EQ(stat->ended_children, 3040ms);
    EXPECT_FALSE(stat->of_the_kernel);
}

TEST(ProcessStat, TellsThreadsOfTheKernel) {
    const auto stat =
        parse_process_stat("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 1 0 0 20 0 1 0 5 0 0\n");
    ASSERT_TRUE(stat);
    EXPECT_TRUE(stat->of_the_kernel);
}

TEST(ProcessStat, TakesAnythingForAName) {
    for (const std::string name :
         {"", ")", "(", ") S 1 1 1", "a b", "a\nb", "\xff\xfe", "((()))"}) {
        const auto stat = parse_process_stat("42 (" + name + ")" + behind_the_name);
        ASSERT_TRUE(stat) << name;
        EXPECT_EQ(stat->process.use.name, name);
        EXPECT_EQ(stat->process.parent, 40) << name;
    }
}

TEST(ProcessStat, IsNothingWhereTheLineIsCutShort) {
    const std::string whole = "42 (sh)" + behind_the_name;
    const auto start_time_end = whole.find("6000") + 5;
    for (std::size_t length = 0; length < start_time_end; ++length)
        EXPECT_FALSE(parse_process_stat(whole.substr(0, length))) << length;
    EXPECT_TRUE(parse_process_stat(whole.substr(0, start_time_end)));
}

} // namespace
} // namespace av1encd
