// The schedule: nothing is encoded outside of its hours.

#include "tests/support/fleet.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <ctime>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Holds = std::vector<std::string>;

class DaemonSchedule : public Fleet {
protected:
    /// A day that neither is nor, before the test ends, will be.
    static std::string not_today() {
        const std::time_t in_three_days = std::time(nullptr) + 3 * 24 * 60 * 60;
        std::tm local{};
        ::localtime_r(&in_three_days, &local);
        constexpr std::array names = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
        return fmt::format("schedule: [{}]\n", names.at(static_cast<std::size_t>(local.tm_wday)));
    }
    void reload() { EXPECT_EQ(machine().ctl({"reload"}).outcome.exit_status, 0); }
};

TEST_F(DaemonSchedule, ClaimsNothingOutsideItsHours) {
    machine().configure(not_today());
    drop("a.mp4");
    machine().serve();
    const auto status = machine().status();
    EXPECT_EQ(status->state, "paused");
    ASSERT_EQ(status->holds.size(), 1U);
    EXPECT_EQ(status->holds[0].reason, "schedule");
    EXPECT_TRUE(status->holds[0].until);
    EXPECT_TRUE(fs::exists(place("to_assign/a.mp4")));
    machine().configure("schedule: [Mon..Sun]");
    reload();
    EXPECT_EQ(machine().holds(), Holds{});
    EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
}

TEST_F(DaemonSchedule, StopsEncodersWhenItsHoursAreOver) {
    machine().configure("encode: { crf: [40], preset: 6 }");
    machine().serve();
    drop("a.mp4", clip(long_clip));
    ASSERT_TRUE(eventually([&] { return !machine().encoders().empty(); })) << machine().said();
    machine().configure("encode: { crf: [40], preset: 6 }\n" + not_today());
    reload();
    EXPECT_TRUE(eventually([&] {
        const auto encoders = machine().encoders();
        return !encoders.empty() && encoders.front().state == 'T';
    })) << machine().said();
    machine().configure("encode: { crf: [40], preset: 6 }");
    reload();
    EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
}

TEST_F(DaemonSchedule, OutlastsTheOperatorsPause) {
    machine().configure(not_today());
    machine().serve();
    EXPECT_EQ(machine().ctl({"pause", "--for", "3s"}).outcome.exit_status, 0);
    EXPECT_EQ(machine().holds(), (Holds{"schedule", "operator"}));
    EXPECT_TRUE(eventually([&] { return machine().holds() == Holds{"schedule"}; }));
    EXPECT_EQ(machine().ctl({"pause"}).outcome.exit_status, 0);
    EXPECT_THAT(machine().ctl({"--json", "resume"}).output, HasSubstr(R"("holds":["schedule"])"));
    EXPECT_EQ(machine().holds(), Holds{"schedule"});
    EXPECT_THAT(machine().ctl({"resume"}).output, HasSubstr("Still held by: schedule."));
}

} // namespace
} // namespace av1encd
