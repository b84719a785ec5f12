#include "daemon/pipeline/core_watch.hpp"

#include "tests/pipeline/pipeline_fixture.hpp"

namespace av1encd::test {
namespace {

using namespace std::chrono_literals;
using Changes = std::vector<std::pair<int, int>>;

class CoreWatchTest : public PipelineTest {
protected:
    ~CoreWatchTest() override { end(); }

    Changes changes;
    CoreWatch watch{machine, clock,
                    [this](int before, int now) { changes.emplace_back(before, now); }};
};

TEST_F(CoreWatchTest, TellsOfEveryChangeOnce) {
    start(watch.run());
    pass(1min);
    EXPECT_EQ(changes, Changes{});
    machine.core_count = 4;
    pass(15s);
    pass(15s);
    EXPECT_EQ(changes, (Changes{{2, 4}}));
    machine.core_count = 1;
    pass(15s);
    EXPECT_EQ(changes, (Changes{{2, 4}, {4, 1}}));
}

TEST_F(CoreWatchTest, WakesRarely) {
    start(watch.run());
    machine.core_count = 4;
    pass(14s);
    EXPECT_EQ(changes, Changes{});
}

} // namespace
} // namespace av1encd::test
