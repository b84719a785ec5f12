// The real daemon on a system bus, asked as a user would, by busctl.

#include "tests/support/fleet.hpp"
#include "tests/support/private_bus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>

namespace av1encd {
namespace {

using Json = nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

class DaemonBus : public Fleet {
protected:
    void SetUp() override {
        if (!PrivateBus::is_available() || std::system("command -v busctl >/dev/null") != 0)
            GTEST_SKIP() << "dbus-daemon or busctl is not installed";
        bus.start();
    }
    /// Its encoders wait at the gate.
    void serve() {
        machine().close_gate(50);
        machine().environment.push_back(bus.environment());
        machine().serve();
    }
    ProgramRun busctl(std::vector<std::string> words) const {
        words.insert(words.begin(), {"busctl", "--json=short"});
        return run_program(words, {bus.environment()}, folder());
    }
    int call(std::vector<std::string> words) const {
        words.insert(words.begin(),
                     {"call", "org.av1encd", "/org/av1encd", "org.av1encd.Manager1"});
        return busctl(words).outcome.exit_status.value_or(-1);
    }
    /// null: nobody answers.
    Json property(const std::string& name) const {
        const auto run =
            busctl({"get-property", "org.av1encd", "/org/av1encd", "org.av1encd.Manager1", name});
        const auto answer = Json::parse(run.output, nullptr, false);
        return answer.is_object() ? answer.at("data") : Json();
    }
    Json active_jobs() const {
        const auto run = busctl({"call", "org.av1encd", "/org/av1encd",
                                 "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"});
        const auto answer = Json::parse(run.output, nullptr, false);
        return answer.is_object() ? answer.at("data").at(0) : Json();
    }

    PrivateBus bus;
};

TEST_F(DaemonBus, ShowsAndSteersASourceFromItsClaimToItsEnd) {
    serve();
    ASSERT_TRUE(eventually([&] { return property("State") == "idle"; })) << machine().said();
    EXPECT_EQ(property("Version"), AV1ENCD_VERSION);
    EXPECT_EQ(property("Machine"), "m1");
    const auto heard = folder() / "heard";
    RunningProgram monitor(
        {{"busctl", "--json=short", "monitor", "org.av1encd"}, {bus.environment()}, heard});
    ASSERT_TRUE(eventually([&] {
        call({"Resume"}); // nobody tells when it has begun to listen
        return read_file(heard).find("Resume") != std::string::npos;
    }));

    const std::string bytes = "b\xff.mp4";
    drop(bytes);
    ASSERT_TRUE(eventually([&] { return machine().is_encoding(); })) << machine().said();
    ASSERT_TRUE(eventually([&] { return active_jobs().size() == 1; }));
    const auto job = active_jobs().begin().value().at("org.av1encd.Job1");
    EXPECT_EQ(job.at("Source").at("data"), "b\\xff.mp4");
    EXPECT_EQ(job.at("State").at("data"), "encoding");
    EXPECT_TRUE(eventually([&] { return property("ActiveJobs") == 1; }));

    EXPECT_EQ(call({"Pause", "st", "backup", "3600"}), 0);
    EXPECT_EQ(property("State"), "paused");
    EXPECT_THAT(property("Holds").dump(), AllOf(HasSubstr("operator"), HasSubstr("backup")));
    EXPECT_NE(call({"Retry", "s", "b\\xff.mp4"}), 0);
    EXPECT_EQ(call({"Resume"}), 0);
    machine().open_gate();
    ASSERT_TRUE(eventually([&] { return is_done(bytes); })) << machine().said();
    EXPECT_TRUE(eventually([&] { return active_jobs().empty(); }));
    EXPECT_TRUE(eventually([&] {
        const auto text = read_file(heard);
        return text.find("JobFinished") != std::string::npos &&
               text.find("InterfacesRemoved") != std::string::npos;
    }));
    EXPECT_THAT(read_file(heard), AllOf(HasSubstr("InterfacesAdded"),
                                        HasSubstr("PropertiesChanged"), HasSubstr("b\\\\xff.mp4")));
    EXPECT_EQ(machine().stop().exit_status, 0);
    EXPECT_EQ(property("State"), Json());
}

TEST_F(DaemonBus, GoesOnEncodingWhileTheBusIsAwayAndIsBackAfterwards) {
    serve();
    drop("a.mp4");
    ASSERT_TRUE(eventually([&] { return machine().is_encoding(); })) << machine().said();
    bus.kill();
    EXPECT_TRUE(
        eventually([&] { return machine().said().find("no system bus: ") != std::string::npos; }));
    EXPECT_EQ(machine().status()->state, "running");
    bus.start();
    EXPECT_TRUE(eventually([&] { return property("State") == "running"; }));
    EXPECT_EQ(active_jobs().size(), 1U);
    machine().open_gate();
    EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
    EXPECT_EQ(machine().stop().exit_status, 0);
}

} // namespace
} // namespace av1encd
