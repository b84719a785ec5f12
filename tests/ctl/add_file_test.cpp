#include "ctl/add_file.hpp"

#include "tests/support/ordinary_user.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <sys/stat.h>
#include <unistd.h>

namespace av1encd {
namespace {

class AddFile : public ::testing::Test {
protected:
    AddFile() {
        for (const auto* place : {"to_assign", "in_progress/m1", "in_progress/m2", "done"})
            std::filesystem::create_directories(jobs() / place);
    }

    std::filesystem::path jobs() const { return folder.path() / "share/jobs"; }

    AddedFile add(const std::filesystem::path& file) {
        return Inbox(folder.path() / "share", {"mp4", "mkv"}).add(file, interruption);
    }

    std::string complaint_of_adding(const std::filesystem::path& file) {
        try {
            add(file);
        } catch (const Error& error) {
            return error.what();
        }
        return "added";
    }

    std::size_t number_of_files(const std::filesystem::path& of) const {
        std::size_t number = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(of))
            number += entry.is_directory() ? 0U : 1U;
        return number;
    }

    TemporaryFolder folder;
    Interruption interruption;
};

TEST_F(AddFile, CopiesAFileUnderItsName) {
    const std::string content(3'000'000, 'x');
    const auto file = folder.write("from/a b.MP4", content);
    EXPECT_EQ(add(file), (AddedFile{"a b.MP4", 3'000'000}));
    EXPECT_EQ(folder.read("share/jobs/to_assign/a b.MP4"), content);
    EXPECT_EQ(folder.read("from/a b.MP4"), content);
    EXPECT_EQ(number_of_files(folder.path() / "share"), 1U);
}

TEST_F(AddFile, TakesNamesThatAreNotUtf8) {
    const auto file = folder.write("-caf\xe9\n%03d.mkv", "x");
    EXPECT_EQ(add(file), (AddedFile{"-caf\xe9\n%03d.mkv", 1}));
    EXPECT_EQ(folder.read("share/jobs/to_assign/-caf\xe9\n%03d.mkv"), "x");
}

TEST_F(AddFile, FollowsALinkThatItIsGiven) {
    std::filesystem::create_symlink(folder.write("video", "x"), folder.path() / "link.mp4");
    EXPECT_EQ(add(folder.path() / "link.mp4"), (AddedFile{"link.mp4", 1}));
    EXPECT_FALSE(std::filesystem::is_symlink(jobs() / "to_assign/link.mp4"));
}

TEST_F(AddFile, RefusesANameThatIsTaken) {
    const auto file = folder.write("a.mp4", "new");
    for (const auto& [place, said] :
         {std::pair("to_assign", "in to_assign"), std::pair("done", "in done"),
          std::pair("in_progress/m2", "in progress on 'm2'")}) {
        const auto taken = folder.write(jobs() / place / "a.mp4", "old");
        EXPECT_EQ(complaint_of_adding(file), std::string("cannot add 'a.mp4': a source of this "
                                                         "name is ") +
                                                 said + " already");
        EXPECT_EQ(folder.read(taken), "old");
        std::filesystem::remove(taken);
    }
    EXPECT_EQ(number_of_files(folder.path() / "share"), 0U);
}

TEST_F(AddFile, RefusesANameThatABrokenLinkHas) {
    std::filesystem::create_symlink("/nowhere", jobs() / "done/a.mp4");
    EXPECT_EQ(complaint_of_adding(folder.write("a.mp4", "x")),
              "cannot add 'a.mp4': a source of this name is in done already");
}

TEST_F(AddFile, RefusesWhatAv1encdWouldNotTakeForASource) {
    for (const auto* name : {"a.avi", "mp4", "a.mp4.part", "a."})
        EXPECT_EQ(complaint_of_adding(folder.write(name, "x")),
                  std::string("cannot add '") + name +
                      "': av1encd takes only these extensions: mp4, mkv; see share.extensions in "
                      "av1encd.yaml(5)");
    EXPECT_EQ(complaint_of_adding(folder.write(".a.mp4", "x")),
              "cannot add '.a.mp4': names that begin with a dot are not taken for sources");
}

TEST_F(AddFile, RefusesWhatIsNoRegularFile) {
    const auto path = folder.path().native();
    std::filesystem::create_directories(folder.path() / "folder.mp4");
    ASSERT_EQ(::mkfifo((path + "/pipe.mp4").c_str(), 0600), 0);
    EXPECT_EQ(complaint_of_adding(path + "/folder.mp4"),
              "cannot add '" + path + "/folder.mp4': it is a folder; name the files in it");
    EXPECT_EQ(complaint_of_adding(path + "/folder.mp4/"),
              "cannot add '" + path + "/folder.mp4/': it is a folder; name the files in it");
    EXPECT_EQ(complaint_of_adding(path + "/pipe.mp4"),
              "cannot add '" + path + "/pipe.mp4': it is not a regular file");
    EXPECT_EQ(complaint_of_adding(path + "/gone\n.mp4"),
              "cannot add '" + path + "/gone\\x0a.mp4': No such file or directory");
}

TEST_F(AddFile, RefusesAFileThatTheCallerMayNotRead) {
    const auto file = folder.write("a.mp4", "x");
    ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
    ASSERT_EQ(::chmod(file.c_str(), 0), 0);
    const OrdinaryUser user;
    EXPECT_EQ(complaint_of_adding(file), "cannot add '" + file.native() + "': Permission denied");
}

TEST_F(AddFile, SaysWhereTheCallerMayNotWrite) {
    const auto file = folder.write("a.mp4", "x");
    ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
    ASSERT_EQ(::chmod((jobs() / "to_assign").c_str(), 0555), 0);
    const OrdinaryUser user;
    EXPECT_EQ(complaint_of_adding(file),
              "cannot make a file in '" + jobs().native() + "/to_assign': Permission denied");
}

TEST_F(AddFile, AddsNothingWhereItCannotSeeWhetherANameIsTaken) {
    const auto file = folder.write("a.mp4", "x");
    ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
    ASSERT_EQ(::chmod((jobs() / "to_assign").c_str(), 0777), 0);
    ASSERT_EQ(::chmod((jobs() / "in_progress/m2").c_str(), 0), 0);
    const OrdinaryUser user;
    EXPECT_EQ(complaint_of_adding(file),
              "cannot look for '" + jobs().native() + "/in_progress/m2/a.mp4': Permission denied");
}

TEST_F(AddFile, SaysWhereTheShareIsNotThere) {
    std::filesystem::remove_all(jobs());
    EXPECT_EQ(complaint_of_adding(folder.write("a.mp4", "x")),
              "cannot open the folder '" + jobs().native() +
                  "/to_assign': No such file or directory");
}

TEST_F(AddFile, LeavesNoPartBehindWhenItIsInterrupted) {
    const auto file = folder.write("a.mp4", "x");
    ::raise(SIGTERM);
    try {
        add(file);
        FAIL() << "went on after a signal";
    } catch (const Interrupted& interrupted) {
        EXPECT_EQ(interrupted.signal, SIGTERM);
    }
    EXPECT_EQ(number_of_files(folder.path() / "share"), 0U);
}

} // namespace
} // namespace av1encd
