// What is left after a sudden or an orderly end, and how work goes on after it.

#include "tests/support/fleet.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DaemonCrash : public Fleet {
protected:
    const std::vector<std::string> sources = {"a.mp4", "sub/b.mp4", "sub/c d.mp4"};
    const std::vector<int> ladder = {40, 60};

    DaemonCrash() { machine().configure("encode: { crf: [40, 60] }"); }

    void drop_all() const {
        for (std::size_t i = 0; i < sources.size(); ++i)
            drop(sources[i], clip({"96x64", 1.2, static_cast<int>(i) * 60}));
    }
    bool all_done() const {
        return std::ranges::all_of(sources, [&](const auto& source) { return is_done(source); });
    }
    Files tree_of_an_undisturbed_run() const {
        Files names;
        for (const auto& source : sources) {
            names.insert("jobs/done/" + source);
            for (const int crf : ladder)
                names.insert(fmt::format("output/av1_crf{}/{}", crf, source));
        }
        return and_what_is_always_there(std::move(names));
    }
    /// What every rendition that is there decodes to; throws where one does not.
    std::map<std::string, std::string> frames() const {
        std::map<std::string, std::string> frames;
        for (const auto& source : sources)
            for (const int crf : ladder)
                if (const auto file = rendition(crf, source); fs::exists(file))
                    frames[fmt::format("{} {}", crf, source)] = decoded(file);
        return frames;
    }
    void expect_every_source_in_one_place() const {
        for (const auto& source : sources) {
            int places = 0;
            for (const auto* name : {"to_assign", "in_progress/m1", "done", "failed"})
                places += fs::exists(place(name) / source) ? 1 : 0;
            EXPECT_EQ(places, 1) << source;
        }
    }
    /// Kills it later every time, until it got through.
    void be_killed_at_every_phase() {
        for (std::chrono::milliseconds life{100}; !all_done(); life += life / 4) {
            machine().start();
            machine().daemon().wait_for_end(life);
            machine().kill();
            expect_every_source_in_one_place();
            ASSERT_LT(life, patience) << machine().said();
        }
    }
};

TEST_F(DaemonCrash, AtAnyMomentLeavesTheTreeOfAnUndisturbedRunInTheEnd) {
    drop_all();
    ASSERT_EQ(machine().run_once().exit_status, 0) << machine().said();
    const auto undisturbed = frames();
    ASSERT_EQ(undisturbed.size(), sources.size() * ladder.size());
    fs::remove_all(share());
    fs::remove_all(machine().work_dir());
    fs::create_directories(machine().work_dir());

    fs::create_directories(place("to_assign"));
    drop_all();
    be_killed_at_every_phase();
    const auto at_last = machine().run_once();
    EXPECT_EQ(at_last.exit_status, 0) << machine().said();
    EXPECT_EQ(files(), tree_of_an_undisturbed_run());
    EXPECT_EQ(frames(), undisturbed);
    EXPECT_THAT(leftovers(), IsEmpty());
    EXPECT_THAT(machine().processes("av1encd-share"), IsEmpty());
}

TEST_F(DaemonCrash, DoesNotCostASegmentThatIsFinished) {
    const auto encodes = folder() / "encodes";
    machine().close_gate(60);
    machine().before_every_encode(fmt::format("echo $crf >> '{}'", encodes.native()));
    machine().serve();
    drop("a.mp4");
    const auto kept = [&] {
        return !machine().processes("sleep").empty() &&
               fs::exists(machine().work_dir() / "jobs/1/40/0-end");
    };
    ASSERT_TRUE(eventually(kept)) << machine().said();
    // Two answers of the ledger later it has recorded what it was told before them.
    machine().list();
    machine().list();
    machine().kill();
    machine().open_gate();
    EXPECT_EQ(machine().run_once().exit_status, 0) << machine().said();
    // The two that began side by side come in any order.
    EXPECT_THAT(read_file(encodes), AnyOf("40\n60\n60\n", "60\n40\n60\n"));
}

TEST_F(DaemonCrash, IsNotWhatSigtermMeansItEndsWith0AndKeepsItsClaims) {
    machine().close_gate(40);
    machine().serve();
    drop("a.mp4");
    ASSERT_TRUE(eventually([&] { return machine().is_encoding(); })) << machine().said();
    EXPECT_EQ(machine().stop().exit_status, 0) << machine().said();
    EXPECT_THAT(machine().encoders(), IsEmpty());
    EXPECT_TRUE(fs::exists(place("in_progress/m1/a.mp4")));
    EXPECT_FALSE(fs::exists(machine().socket()));
    machine().open_gate();
    EXPECT_EQ(machine().run_once().exit_status, 0) << machine().said();
    EXPECT_TRUE(is_done("a.mp4"));
}

TEST_F(DaemonCrash, TakesItsOwnClaimsUpThatNoLedgerKnows) {
    write_file(place("in_progress/m1/sub/a.mp4"), read_file(clip()));
    write_file(place("in_progress/m2/b.mp4"), read_file(clip()));
    EXPECT_EQ(machine().run_once().exit_status, 0) << machine().said();
    EXPECT_TRUE(is_done("sub/a.mp4"));
    EXPECT_TRUE(fs::exists(place("in_progress/m2/b.mp4")));
}

TEST_F(DaemonCrash, LetsNobodyElseUseItsWorkDir) {
    machine().serve();
    const auto output = folder() / "second";
    RunningProgram second({{AV1ENCD, "--config", machine().config_file().native()}, {}, output});
    const auto outcome = second.wait_for_end(patience);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->exit_status, 75);
    EXPECT_THAT(read_file(output), HasSubstr(machine().work_dir().native()));
    EXPECT_TRUE(machine().status()) << machine().said();
}

} // namespace
} // namespace av1encd
