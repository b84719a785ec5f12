// How a source comes in, and where everything is at the end.

#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sys/stat.h>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

using DaemonWay = Fleet;

ino_t inode_of(const fs::path& file) {
    struct stat status {};
    return ::stat(file.c_str(), &status) == 0 ? status.st_ino : 0;
}

TEST_F(DaemonWay, LeadsASourceFromToAssignToDoneAndItsRenditionsToTheOutput) {
    machine().configure("encode: { crf: [50, 60] }");
    drop("a.mp4");
    drop("holiday/2024/b.mp4", clip({.hue = 90}));
    const auto inode = inode_of(place("to_assign/holiday/2024/b.mp4"));
    EXPECT_EQ(machine().run_once().exit_status, 0) << machine().said();
    EXPECT_EQ(files(), and_what_is_always_there({"jobs/done/a.mp4", "jobs/done/holiday/2024/b.mp4",
                                                 "output/av1_crf50/a.mp4", "output/av1_crf60/a.mp4",
                                                 "output/av1_crf50/holiday/2024/b.mp4",
                                                 "output/av1_crf60/holiday/2024/b.mp4"}));
    for (const auto* folder : {"jobs/to_assign", "jobs/in_progress/m1", "jobs/failed", "locks"})
        EXPECT_TRUE(fs::is_directory(share() / folder)) << folder;
    EXPECT_THAT(leftovers(), IsEmpty());
    EXPECT_EQ(inode_of(place("done/holiday/2024/b.mp4")), inode) << "copied rather than moved";
    EXPECT_EQ(read_file(place("done/a.mp4")), read_file(clip()));
}

TEST_F(DaemonWay, MakesRenditionsOfAv1AndOpusThatCarryTheSourcesHash) {
    machine().configure("encode: { crf: [30, 60] }");
    drop("a.mp4");
    ASSERT_EQ(machine().run_once().exit_status, 0) << machine().said();
    for (const int crf : {30, 60}) {
        const auto file = rendition(crf, "a.mp4");
        EXPECT_EQ(probed(file, "v:0", "stream=codec_name"), "av1");
        EXPECT_EQ(probed(file, "a:0", "stream=codec_name"), "opus");
        EXPECT_THAT(probed(file, "", "format_tags=keywords"),
                    MatchesRegex("av1encd-source:[0-9a-f]{64}"));
        EXPECT_EQ(probed(file, "v:0", "packet=pts_time"), probed(clip(), "v:0", "packet=pts_time"));
    }
    EXPECT_GT(fs::file_size(rendition(30, "a.mp4")), fs::file_size(rendition(60, "a.mp4")));
}

TEST_F(DaemonWay, TakesUpWhatComesWhileItRuns) {
    machine().serve();
    drop("a.mp4");
    EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
    drop("new folder/b.mp4");
    EXPECT_TRUE(eventually([&] { return is_done("new folder/b.mp4"); })) << machine().said();
    EXPECT_EQ(machine().stop().exit_status, 0) << machine().said();
}

/// Writes a file a little further each time, and is through with it after some seconds.
class SlowWriter {
public:
    SlowWriter(const fs::path& file, std::string text)
        : file_(file, std::ios::binary),
          text_(std::move(text)) {}

    bool write_on() {
        constexpr std::size_t pieces = 12;
        constexpr std::chrono::milliseconds between_pieces{250};
        const auto passed = std::chrono::steady_clock::now() - begin_;
        const auto due = std::min(pieces, static_cast<std::size_t>(passed / between_pieces));
        const auto wanted = text_.size() * due / pieces;
        file_.write(text_.data() + written_, static_cast<std::streamsize>(wanted - written_));
        file_.flush();
        written_ = wanted;
        return written_ == text_.size();
    }

private:
    std::ofstream file_;
    std::string text_;
    std::size_t written_ = 0;
    const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

TEST_F(DaemonWay, DoesNotClaimAFileThatStillGrows) {
    machine().configure("share: { settle: 3s }");
    machine().serve();
    const auto slow = place("to_assign/slow.mp4");
    SlowWriter writer(slow, read_file(clip()));
    bool stayed = true;
    EXPECT_TRUE(eventually([&] {
        const bool written = writer.write_on();
        stayed = stayed && fs::exists(slow);
        return written;
    }));
    EXPECT_TRUE(stayed) << machine().said();
    EXPECT_TRUE(eventually([&] { return is_done("slow.mp4"); })) << machine().said();
    EXPECT_EQ(read_file(place("done/slow.mp4")), read_file(clip()));
}

TEST_F(DaemonWay, TakesWhatAv1ctlAddBringsInAndAv1ctlAddRefusesItTheSecondTime) {
    machine().serve();
    const auto video = folder() / "my video.mp4";
    fs::copy_file(clip(), video);
    const auto added = machine().ctl({"add", video.native()});
    EXPECT_EQ(added.outcome.exit_status, 0);
    EXPECT_THAT(added.output, HasSubstr("added my video.mp4"));
    EXPECT_TRUE(eventually([&] { return is_done("my video.mp4"); })) << machine().said();
    const auto again = machine().ctl({"add", video.native()});
    EXPECT_EQ(again.outcome.exit_status, 1);
    EXPECT_THAT(again.outcome.stderr_lines, ElementsAre(HasSubstr("done")));
}

TEST_F(DaemonWay, ClaimsFolderByFolderInChunksThatARestartNumbersOn) {
    machine().configure("chunk_size: " + std::to_string(2 * fs::file_size(clip())));
    for (const auto* source : {"a b.mp4", "a/1.mp4", "a/2.mp4"})
        drop(source);
    ASSERT_EQ(machine().run_once().exit_status, 0) << machine().said();
    drop("c.mp4");
    machine().serve();
    ASSERT_TRUE(eventually([&] { return is_done("c.mp4"); })) << machine().said();
    std::map<std::string, Files> chunks;
    for (const auto& job : machine().list())
        chunks[job.chunk].insert(job.source);
    EXPECT_EQ(chunks, (std::map<std::string, Files>{{"chunk01", {"a/1.mp4", "a/2.mp4"}},
                                                    {"chunk02", {"a b.mp4"}},
                                                    {"chunk03", {"c.mp4"}}}));
}

TEST_F(DaemonWay, GivesASourceWhoseNameIsTakenInDoneAnotherOne) {
    drop("a.mp4");
    write_file(place("done/a.mp4"), "an older one");
    ASSERT_EQ(machine().run_once().exit_status, 0) << machine().said();
    EXPECT_EQ(read_file(place("done/a.mp4")), "an older one");
    EXPECT_EQ(read_file(place("done/a (2).mp4")), read_file(clip()));
}

TEST_F(DaemonWay, FetchesTheNextChunkWhileTheSlotsAreBusy) {
    machine().configure("chunk_size: 1\nencode: { crf: [50, 60] }\nworkers: 1");
    machine().close_gate(50);
    machine().serve();
    drop("a.mp4");
    ASSERT_TRUE(eventually([&] { return machine().is_encoding(); })) << machine().said();
    drop("b.mp4");
    EXPECT_TRUE(eventually([&] { return machine().state_of("b.mp4") == "encoding"; }))
        << machine().said();
    EXPECT_THAT(machine().status()->slots, ElementsAre(Field(&SlotStatus::source, "a.mp4")));
    EXPECT_EQ(machine().show("b.mp4").job.chunk, "chunk02");
}

} // namespace
} // namespace av1encd
