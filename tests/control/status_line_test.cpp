#include "daemon/control/status_line.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace av1encd {
namespace {

using namespace std::chrono_literals;

class StatusLine : public testing::Test {
protected:
    StatusLine() {
        ::setenv("TZ", "XYZ-2", 1); // two hours ahead
        ::tzset();
        status.state = "idle";
    }
    ~StatusLine() override {
        ::unsetenv("TZ");
        ::tzset();
    }
    std::string line() const { return status_line(status, now); }
    void add_slot(std::optional<std::string> source) {
        SlotStatus slot;
        slot.source = std::move(source);
        status.slots.push_back(slot);
    }

    const std::chrono::sys_seconds now =
        std::chrono::sys_days(std::chrono::year(2026) / 1 / 1) + 12h;
    Status status;
};

TEST_F(StatusLine, IsTheStateWhereThereIsNothingToAdd) {
    for (const auto* state : {"starting", "idle", "draining", "stopping"}) {
        status.state = state;
        EXPECT_EQ(line(), state);
    }
}

TEST_F(StatusLine, CountsWhatIsEncodedAndWhatWaits) {
    status.state = "running";
    for (const auto* source : {"a.mp4", "a.mp4", "b.mp4", "c.mp4"})
        add_slot(source);
    add_slot(std::nullopt);
    status.chunks = {{"chunk01", 100, 100, 1, true},
                     {"chunk02", 80, 100, 1, false},
                     {"chunk03", 4, 100, 1, false}};
    status.jobs.active = 4;
    status.jobs.waiting = 12;
    EXPECT_EQ(line(), "encoding 3 of 4 sources (42%), 12 waiting");
    status.jobs.unreadable = 1;
    status.jobs.active = 3;
    EXPECT_EQ(line(), "encoding 3 sources (42%), 12 waiting, 1 unreadable");
}

TEST_F(StatusLine, IsNotOfEncodingBeforeTheFirstSegment) {
    status.state = "running";
    add_slot(std::nullopt);
    status.jobs.active = 1;
    EXPECT_EQ(line(), "working on 1 source");
}

TEST_F(StatusLine, TellsWhyItIsPausedAndUntilWhen) {
    status.state = "paused";
    status.holds = {{"operator", "by anna", "2026-01-01T11:00:00Z", "2026-01-01T17:00:00Z"}};
    EXPECT_EQ(line(), "paused: operator, by anna, until 19:00");
    status.holds.push_back({"cpu", "", "2026-01-01T11:00:00Z", std::nullopt});
    EXPECT_EQ(line(), "paused: operator, by anna, until 19:00; cpu");
}

TEST_F(StatusLine, NamesTheDayOfATimeThatIsNotToday) {
    status.state = "paused";
    status.holds = {{"schedule", "", "2026-01-01T11:00:00Z", "2026-01-01T23:30:00Z"}};
    EXPECT_EQ(line(), "paused: schedule, until 2026-01-02 01:30");
}

TEST_F(StatusLine, NamesAHoldThatLeavesLocalWorkGoing) {
    status.holds = {{"share", "/srv is not mounted", "2026-01-01T11:00:00Z", std::nullopt}};
    EXPECT_EQ(line(), "held: share, /srv is not mounted");
    status.state = "starting";
    EXPECT_EQ(line(), "starting; held: share, /srv is not mounted");
    status.state = "running";
    status.jobs.active = 2;
    EXPECT_EQ(line(), "working on 2 sources; held: share, /srv is not mounted");
}

} // namespace
} // namespace av1encd
