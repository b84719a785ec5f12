// The niceness of encoders, and what becomes of it towards the end of a rendition.

#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <unistd.h>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class DaemonBoost : public Fleet {
protected:
    void begin(const std::string& boost) {
        machine().configure(slow + boost);
        machine().serve();
        drop("a.mp4", clip(long_clip));
    }
    void reload(const std::string& boost) {
        machine().configure(slow + boost);
        EXPECT_EQ(machine().ctl({"reload"}).outcome.exit_status, 0);
    }
    /// Whether there is an encoder, and all threads of all encoders have this niceness.
    bool encoders_have_niceness(int nice) {
        const auto encoders = machine().encoders();
        return !encoders.empty() && std::ranges::all_of(encoders, [&](const auto& encoder) {
            const auto threads = niceness_of_threads(encoder.pid);
            return threads == std::set<int>{nice};
        });
    }
    static std::set<int> niceness_of_threads(pid_t pid) {
        std::set<int> all;
        std::error_code gone;
        for (const auto& thread :
             fs::directory_iterator("/proc/" + std::to_string(pid) + "/task", gone))
            all.insert(::getpriority(
                PRIO_PROCESS, static_cast<id_t>(std::stoi(thread.path().filename().native()))));
        return all;
    }
    double fraction() { return machine().list().at(0).renditions.at(0).fraction; }
    void expect_end() {
        EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
    }

    static constexpr const char* slow = "encode: { crf: [50], preset: 5 }\n";
};

TEST_F(DaemonBoost, RaisesEveryThreadNearTheEndAndAReloadTakesItBack) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root may raise a priority here";
    begin("finish_boost: { at: off }");
    EXPECT_TRUE(eventually([&] { return encoders_have_niceness(19); })) << machine().said();
    reload("finish_boost: { at: 10%, nice: 3 }");
    EXPECT_TRUE(eventually([&] { return encoders_have_niceness(3); })) << machine().said();
    EXPECT_GE(fraction(), 0.1);
    reload("finish_boost: { at: off }");
    EXPECT_TRUE(encoders_have_niceness(19));
    expect_end();
}

TEST_F(DaemonBoost, IsSaidToBeRefusedOnceAndNothingFails) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root can give the right up";
    machine().wrapper = {"prlimit", "--nice=0:0", "setpriv", "--bounding-set", "-sys_nice"};
    begin("finish_boost: { at: 1% }");
    expect_end();
    const auto said = machine().said();
    constexpr std::string_view refusal =
        "finish_boost: the system does not allow niceness 0: Permission denied";
    EXPECT_THAT(said, HasSubstr(refusal));
    EXPECT_EQ(said.find(refusal), said.rfind(refusal));
}

} // namespace
} // namespace av1encd
