// What is left after kill -9, and how work goes on.

#include "tests/support/fleet.hpp"
#include "tests/support/waiting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace av1encd {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using namespace std::chrono_literals;

class DaemonCrash : public Fleet {
protected:
    const std::vector<std::string> sources = {"a.mp4", "sub/b.mp4", "sub/c d.mp4"};

    void drop_all() {
        for (std::size_t number = 0; number < sources.size(); ++number)
            drop(sources[number], clip({"96x64", 1.5, static_cast<int>(number) * 60}));
    }
    bool all_done() {
        return std::ranges::all_of(sources, [&](const auto& source) { return is_done(source); });
    }
    Files tree_of_an_undisturbed_run() const {
        return and_what_is_always_there(
            {"jobs/done/a.mp4", "jobs/done/sub/b.mp4", "jobs/done/sub/c d.mp4",
             "output/av1_crf40/a.mp4", "output/av1_crf40/sub/b.mp4", "output/av1_crf40/sub/c d.mp4",
             "output/av1_crf60/a.mp4", "output/av1_crf60/sub/b.mp4",
             "output/av1_crf60/sub/c d.mp4"});
    }
};

TEST_F(DaemonCrash, AtAnyMomentLeavesTheTreeOfAnUndisturbedRunInTheEnd) {
    machine().configure("encode: { crf: [40, 60] }");
    drop_all();
    // From before the first claim to after the last rename; the moments fall where they fall.
    for (const auto moment : {300ms, 900ms, 1300ms, 1600ms, 1900ms, 2300ms, 2800ms, 3500ms}) {
        machine().start();
        std::this_thread::sleep_for(moment);
        machine().kill();
        EXPECT_THAT(machine().encoders(), IsEmpty());
        for (const auto& file : files())
            EXPECT_FALSE(file.starts_with("output/av1_") && file.ends_with(".mp4") &&
                         decoded(share() / file).empty())
                << file << " is half-written under a final name";
    }
    EXPECT_EQ(machine().run_once().exit_status, 0) << machine().said();
    EXPECT_TRUE(all_done()) << machine().said();
    EXPECT_EQ(files(), tree_of_an_undisturbed_run());
    EXPECT_THAT(leftovers(), IsEmpty());
    EXPECT_THAT(machine().processes("av1encd-share"), IsEmpty());
}

TEST_F(DaemonCrash, DoesNotEncodeAFinishedSegmentAgain) {
    machine().configure("encode: { crf: [40, 60] }");
    machine().close_gate(60);
    drop("a.mp4", clip());
    machine().serve();
    ASSERT_TRUE(eventually([&] {
        const auto jobs = machine().list();
        return !jobs.empty() && !jobs[0].renditions.empty() &&
               jobs[0].renditions[0].state == "done";
    })) << machine().said();
    machine().kill();
    machine().open_gate();
    EXPECT_EQ(machine().run_once().exit_status, 0) << machine().said();
    const auto finished = machine().said();
    EXPECT_EQ(finished.find("CRF 40 published"), finished.rfind("CRF 40 published"));
}

TEST_F(DaemonCrash, KeepsItsClaimsWhenItIsToldToStop) {
    machine().close_gate(50);
    drop("a.mp4");
    machine().serve();
    ASSERT_TRUE(eventually([&] { return machine().is_encoding(); })) << machine().said();
    EXPECT_EQ(machine().stop().exit_status, 0) << machine().said();
    EXPECT_THAT(machine().encoders(), IsEmpty());
    EXPECT_THAT(files(), ::testing::Contains("jobs/in_progress/m1/a.mp4"));
    machine().open_gate();
    EXPECT_EQ(machine().run_once().exit_status, 0) << machine().said();
    EXPECT_TRUE(is_done("a.mp4"));
}

TEST_F(DaemonCrash, LetsNoSecondDaemonIntoItsWorkDir) {
    machine().serve();
    auto& first = machine().daemon();
    static_cast<void>(first);
    FleetMachine second(folder(), "m1");
    const auto outcome = second.run_once();
    EXPECT_EQ(outcome.exit_status, 75) << second.said();
    EXPECT_THAT(second.said(), Not(IsEmpty()));
    EXPECT_TRUE(machine().status().has_value());
}

TEST_F(DaemonCrash, OfManyMachinesEachSourceIsDoneOnce) {
    std::vector<std::string> names;
    for (int number = 0; number < 8; ++number) {
        names.push_back("s" + std::to_string(number) + ".mp4");
        drop(names.back(), clip({"96x64", 0.4, number * 40}));
    }
    for (const auto* name : {"m1", "m2"}) {
        machine(name).configure("chunk_size: 20KiB");
        machine(name).start({"--once"});
    }
    for (const auto* name : {"m1", "m2"})
        EXPECT_EQ(machine(name).end().exit_status, 0) << machine(name).said();
    std::size_t finished = machine("m1").said().size() + machine("m2").said().size();
    EXPECT_GT(finished, 0U);
    for (const auto& name : names) {
        EXPECT_TRUE(is_done(name)) << name;
        EXPECT_TRUE(std::filesystem::exists(rendition(50, name))) << name;
    }
    for (const auto& file : files())
        EXPECT_EQ(file.find(" (2)"), std::string::npos) << file;
}

} // namespace
} // namespace av1encd
