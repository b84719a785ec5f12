#include "daemon/pipeline/log_handover.hpp"

#include "tests/pipeline/pipeline_fixture.hpp"

#include <gmock/gmock.h>

#include <set>

namespace av1encd::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class FakeLogFiles final : public LogFiles {
public:
    std::set<std::string> names;

    std::vector<std::string> rotate() override { return {names.begin(), names.end()}; }
    std::string path_of(const std::string& name) const override { return "/logs/" + name; }
    void remove(const std::string& name) override { names.erase(name); }
};

class LogHandoverTest : public PipelineTest {
protected:
    void hand_over() {
        files.names = {"a.log", "b.log"};
        start(handover.hand_over());
        settle();
    }

    FakeLogFiles files;
    LogHandover handover{executor, files, share};
};

TEST_F(LogHandoverTest, BringsOverWhatIsClosedAndRemovesIt) {
    hand_over();
    EXPECT_THAT(share.calls, ElementsAre("publish a.log", "publish b.log"));
    EXPECT_THAT(files.names, IsEmpty());
}

TEST_F(LogHandoverTest, WaitsForTheOneUnderWay) {
    share.hold_publish = true;
    hand_over();
    start(handover.hand_over());
    settle();
    EXPECT_THAT(share.calls, ElementsAre("publish a.log"));
    share.hold_publish = false;
    share.tell_of_change();
    settle();
    EXPECT_THAT(share.calls, ElementsAre("publish a.log", "publish b.log"));
}

TEST_F(LogHandoverTest, KeepsWhatCouldNotBeBroughtOver) {
    share.publish_outcomes = {PublishOutcome::no_space};
    hand_over();
    EXPECT_THAT(files.names, ElementsAre("a.log"));
}

TEST_F(LogHandoverTest, KeepsWhatCannotBeReadForTheNextTime) {
    share.fault = "cannot open /logs/a.log: Too many open files";
    hand_over();
    EXPECT_THAT(files.names, ElementsAre("a.log", "b.log"));
    EXPECT_THAT(share.calls, ElementsAre("publish a.log", "publish b.log"));
}

TEST_F(LogHandoverTest, TakesTheNextNameBesideAnotherLog) {
    share.publish_outcomes = {PublishOutcome::exists, PublishOutcome::exists};
    hand_over();
    EXPECT_THAT(share.calls, ElementsAre("publish a.log", "publish a (2).log", "publish a (3).log",
                                         "publish b.log"));
    EXPECT_THAT(files.names, IsEmpty());
}

} // namespace
} // namespace av1encd::test
