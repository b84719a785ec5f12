// What becomes of sources that fail, that are cancelled, and of outputs that are there already.

#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using DaemonOutcome = Fleet;

std::string text_of_a_broken_file() {
    return "this is no video at all\n";
}

TEST_F(DaemonOutcome, EndsWith1WhereASourceFailedAndLeavesTheReasonBesideIt) {
    drop("good.mp4");
    write_file(place("to_assign/b/bad.mp4"), text_of_a_broken_file());
    EXPECT_EQ(machine().run_once().exit_status, 1) << machine().said();
    EXPECT_EQ(files(),
              and_what_is_always_there({"jobs/done/good.mp4", "output/av1_crf50/good.mp4",
                                        "jobs/failed/b/bad.mp4", "jobs/failed/b/bad.mp4.error.txt",
                                        "jobs/logs/m1/errors_av1_job_TIME.log"}));
    EXPECT_EQ(read_file(place("failed/b/bad.mp4")), text_of_a_broken_file());
    EXPECT_THAT(read_file(place("failed/b/bad.mp4.error.txt")),
                AllOf(StartsWith("is not a video"), HasSubstr("source:  b/bad.mp4\nmachine: m1\n"),
                      HasSubstr("av1ctl retry")));
    EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(DaemonOutcome, SkipsASourceWhoseRenditionsAreThereAndGood) {
    drop("a.mp4");
    ASSERT_EQ(machine("m1").run_once().exit_status, 0) << machine("m1").said();
    const auto made = fs::last_write_time(rendition(50, "a.mp4"));
    fs::remove(place("done/a.mp4"));
    drop("a.mp4");
    EXPECT_EQ(machine("m2").run_once().exit_status, 0) << machine("m2").said();
    EXPECT_EQ(fs::last_write_time(rendition(50, "a.mp4")), made);
    machine("m2").serve();
    EXPECT_EQ(machine("m2").show("a.mp4").job.state, "skipped");
    EXPECT_THAT(machine("m2").history(), IsEmpty());
    EXPECT_TRUE(is_done("a.mp4"));
}

TEST_F(DaemonOutcome, SkipsASourceWhoseGoodRenditionCarriesNoHash) {
    drop("a.mp4");
    ASSERT_EQ(machine("m1").run_once().exit_status, 0) << machine("m1").said();
    const auto file = rendition(50, "a.mp4");
    const auto bare = folder() / "bare.mp4";
    const auto run = run_program({"ffmpeg", "-v", "error", "-i", file.native(), "-map", "0", "-c",
                                  "copy", "-map_metadata", "-1", "-video_track_timescale", "12800",
                                  "-movie_timescale", "12800", bare.native()},
                                 {}, folder());
    ASSERT_TRUE(run.outcome.ended_well());
    fs::rename(bare, file);
    ASSERT_EQ(probed(file, "", "format_tags=keywords"), "");
    const auto bytes = read_file(file);
    fs::rename(place("done/a.mp4"), place("to_assign/a.mp4"));
    EXPECT_EQ(machine("m2").run_once().exit_status, 0) << machine("m2").said();
    EXPECT_EQ(read_file(file), bytes) << machine("m2").said();
    EXPECT_EQ(files().count("output/av1_crf50/a.mp4.rejected"), 0);
}

TEST_F(DaemonOutcome, SetsAnOutputThatFailsItsCheckAsideAndMakesItAnew) {
    write_file(rendition(50, "a.mp4"), "half an upload");
    drop("a.mp4");
    EXPECT_EQ(machine().run_once().exit_status, 0) << machine().said();
    EXPECT_EQ(read_file(rendition(50, "a.mp4.rejected")), "half an upload");
    EXPECT_EQ(probed(rendition(50, "a.mp4"), "v:0", "stream=codec_name"), "av1");
    EXPECT_TRUE(is_done("a.mp4"));
}

TEST_F(DaemonOutcome, LeavesTheRenditionOfAnotherSourceAloneAndTakesTheNextName) {
    drop("a.mp4");
    ASSERT_EQ(machine().run_once().exit_status, 0) << machine().said();
    const auto others = read_file(rendition(50, "a.mp4"));
    machine().configure("encode: { crf: [50, 60] }");
    drop("a.mp4", clip({.hue = 90}));
    EXPECT_EQ(machine().run_once().exit_status, 0) << machine().said();
    EXPECT_EQ(read_file(rendition(50, "a.mp4")), others);
    auto expected = and_what_is_always_there(
        {"jobs/done/a.mp4", "jobs/done/a (2).mp4", "output/av1_crf50/a.mp4",
         "output/av1_crf50/a (2).mp4", "output/av1_crf60/a (2).mp4"});
    EXPECT_EQ(files(), expected);
}

/// Every encoder at CRF 60 fails as long as the marker is there.
class DaemonRetry : public Fleet {
protected:
    DaemonRetry() {
        write_file(broken_, {});
        machine().configure("encode: { crf: [50, 60] }");
        machine().before_every_encode("[ $crf != 60 ] || [ ! -e '" + broken_.native() +
                                      "' ] || { echo 'the encoder broke' >&2; exit 1; }");
    }
    void mend() const { fs::remove(broken_); }

private:
    const fs::path broken_ = folder() / "broken";
};

TEST_F(DaemonRetry, MakesOnlyWhatIsMissingAndRemovesTheErrorText) {
    machine().serve();
    drop("a.mp4");
    ASSERT_TRUE(eventually([&] { return machine().state_of("a.mp4") == "failed"; }))
        << machine().said();
    EXPECT_EQ(machine().show("a.mp4").job.renditions.at(1).attempts, 3);
    EXPECT_THAT(read_file(place("failed/a.mp4.error.txt")),
                AllOf(StartsWith("encode of CRF 60: "), HasSubstr("the encoder broke")));
    const auto good = fs::last_write_time(rendition(50, "a.mp4"));

    mend();
    EXPECT_EQ(machine().ctl({"retry", "a.mp4"}).outcome.exit_status, 0);
    EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
    EXPECT_EQ(fs::last_write_time(rendition(50, "a.mp4")), good);
    EXPECT_EQ(files().count("jobs/failed/a.mp4.error.txt"), 0);
    std::vector<int> made;
    for (const auto& entry : machine().history())
        made.push_back(entry.crf);
    EXPECT_THAT(made, ::testing::UnorderedElementsAre(50, 60));
}

TEST_F(DaemonOutcome, GivesACancelledSourceBackAndTakesItAgainAfterRetry) {
    machine().close_gate(50);
    machine().serve();
    drop("a.mp4");
    ASSERT_TRUE(eventually([&] { return machine().is_encoding(); })) << machine().said();
    EXPECT_EQ(machine().ctl({"cancel", "a.mp4"}).outcome.exit_status, 0);
    EXPECT_TRUE(fs::exists(place("to_assign/a.mp4")));
    EXPECT_THAT(leftovers(), IsEmpty());

    machine().open_gate();
    drop("b.mp4");
    EXPECT_TRUE(eventually([&] { return is_done("b.mp4"); })) << machine().said();
    EXPECT_TRUE(fs::exists(place("to_assign/a.mp4")));
    EXPECT_EQ(machine().ctl({"retry", "a.mp4"}).outcome.exit_status, 0);
    EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
}

TEST_F(DaemonOutcome, RefusesToSteerWhatItDoesNotKnow) {
    machine().serve();
    for (const auto* verb : {"cancel", "retry", "show"}) {
        const auto run = machine().ctl({verb, "nothing.mp4"});
        EXPECT_EQ(run.outcome.exit_status, 1) << verb;
        EXPECT_THAT(run.outcome.stderr_lines, ElementsAre(HasSubstr("'nothing.mp4'"))) << verb;
    }
}

} // namespace
} // namespace av1encd
