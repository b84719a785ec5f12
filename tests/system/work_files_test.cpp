#include "daemon/system/work_files.hpp"

#include "tests/support/awaited.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <regex>
#include <sys/statvfs.h>

namespace av1encd {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class WorkFilesTest : public testing::Test {
protected:
    std::vector<std::string> everything_below(const fs::path& folder) const {
        std::vector<std::string> names;
        for (const auto& entry : fs::recursive_directory_iterator(folder))
            names.push_back(entry.path().lexically_relative(folder).string());
        return names;
    }
    static void write(const fs::path& file, const std::string& text) {
        std::ofstream(file, std::ios::binary) << text;
    }

    const TemporaryFolder folder_;
    const fs::path work_dir_ = folder_.path() / "deep" / "work_dir";
    asio::io_context loop_;
    DiskThread disk_;
    WorkFiles files_{work_dir_, disk_};
};

TEST_F(WorkFilesTest, MakesItsFoldersWhereTheyAreMissing) {
    EXPECT_THAT(everything_below(work_dir_), UnorderedElementsAre("lock", "jobs", "logs"));
}

TEST_F(WorkFilesTest, APartGetsItsFinalNameWhenCommitted) {
    const auto final_path = files_.job_folder({7}) / "24" / "0";
    const auto part = files_.new_part(final_path);
    write(part, "a segment");
    awaited(loop_, files_.commit(part, final_path));
    EXPECT_EQ(final_path, work_dir_ / "jobs" / "7" / "24" / "0");
    EXPECT_EQ(files_.size_of(final_path), 9U);
    EXPECT_EQ(files_.size_of(part), std::nullopt);
}

TEST_F(WorkFilesTest, CommitReplacesWhatHadTheName) {
    const auto final_path = files_.job_folder({7}) / "audio";
    for (const auto* text : {"first", "second"})
        awaited(loop_, files_.write(final_path, text));
    EXPECT_EQ(awaited(loop_, files_.read(final_path, 0, 100)), "second");
}

TEST_F(WorkFilesTest, NoTwoPartsHaveOneName) {
    const auto final_path = files_.job_folder({7}) / "audio";
    const auto first = files_.new_part(final_path);
    const auto second = files_.new_part(final_path);
    EXPECT_NE(first, second);
    EXPECT_TRUE(std::regex_match(first.string(),
                                 std::regex(final_path.string() + "\\.[0-9a-f]{16}\\.part")));
}

TEST_F(WorkFilesTest, SaysWhatItCannotCommit) {
    const auto final_path = files_.job_folder({7}) / "audio";
    try {
        awaited(loop_, files_.commit(final_path.string() + ".part", final_path));
        FAIL() << "committed";
    } catch (const Error& error) {
        EXPECT_EQ(std::string(error.what()),
                  "cannot open " + final_path.string() + ".part: No such file or directory");
    }
}

TEST_F(WorkFilesTest, CleanKeepsCommittedFilesOfTheNamedJobsOnly) {
    for (const int job : {7, 8, 70}) {
        const auto folder = files_.job_folder({job});
        awaited(loop_, files_.write(folder / "24" / "0", "kept"));
        write(files_.new_part(folder / "24" / "30"), "lost");
        write(files_.new_part(folder / "audio"), "lost");
    }
    write(work_dir_ / "jobs" / "stray", "not a job");
    fs::create_directory_symlink(folder_.path(), work_dir_ / "jobs" / "7" / "out");

    awaited(loop_, files_.clean({{7}, {70}, {9}}));

    EXPECT_THAT(everything_below(work_dir_ / "jobs"),
                UnorderedElementsAre("7", "7/24", "7/24/0", "7/out", "70", "70/24", "70/24/0"));
}

TEST_F(WorkFilesTest, CleanAndRemoveStayBelowJobs) {
    write(folder_.path() / "other.part", "another's");
    write(work_dir_ / "logs" / "x.part", "a log");
    fs::create_directory_symlink(folder_.path(), files_.job_folder({1}) / "out");
    fs::create_directory_symlink(folder_.path(), files_.job_folder({2}) / "out");
    awaited(loop_, files_.clean({{1}}));
    awaited(loop_, files_.remove_job({1}));
    awaited(loop_, files_.remove_job({1})); // no complaint
    EXPECT_THAT(everything_below(folder_.path()),
                UnorderedElementsAre("other.part", "deep", "deep/work_dir", "deep/work_dir/lock",
                                     "deep/work_dir/jobs", "deep/work_dir/logs",
                                     "deep/work_dir/logs/x.part"));
}

TEST_F(WorkFilesTest, RemoveIsContentWhereThereIsNothing) {
    const auto file = files_.job_folder({7}) / "source";
    write(file, "x");
    files_.remove(file);
    files_.remove(file);
    EXPECT_EQ(files_.size_of(file), std::nullopt);
    EXPECT_THROW(files_.remove(file.parent_path()), Error);
}

TEST_F(WorkFilesTest, ReadsPieces) {
    const auto file = files_.job_folder({7}) / "frame_times";
    awaited(loop_, files_.write(file, std::string("0123\0"
                                                  "56789",
                                                  10)));
    EXPECT_EQ(awaited(loop_, files_.read(file, 3, 4)), std::string("3\0"
                                                                   "56",
                                                                   4));
    EXPECT_EQ(awaited(loop_, files_.read(file, 8, 4)), "89");
    EXPECT_EQ(awaited(loop_, files_.read(file, 10, 4)), "");
    EXPECT_THROW(awaited(loop_, files_.read(file.string() + "x", 0, 1)), Error);
}

TEST_F(WorkFilesTest, TellsTheSpaceOfItsFileSystem) {
    struct statvfs facts {};
    ASSERT_EQ(::statvfs(work_dir_.c_str(), &facts), 0);
    EXPECT_EQ(files_.total_bytes(), facts.f_blocks * facts.f_frsize);
    EXPECT_GT(files_.free_bytes(), 0U);
    EXPECT_LT(files_.free_bytes(), files_.total_bytes());
}

TEST_F(WorkFilesTest, ASecondOneIsToldWhoHasIt) {
    try {
        const WorkFiles second(work_dir_ / "", disk_);
        FAIL() << "two in one work_dir";
    } catch (const WorkDirInUse& error) {
        EXPECT_EQ(std::string(error.what()), "work_dir " + work_dir_.string() +
                                                 " is in use by another av1encd (pid " +
                                                 std::to_string(::getpid()) + ")");
    }
}

TEST(WorkDirLock, IsFreeAgainAfterItsHolder) {
    const TemporaryFolder folder;
    { const WorkDirLock lock(folder.path()); }
    const WorkDirLock again(folder.path());
    EXPECT_THROW(WorkDirLock third(folder.path()), WorkDirInUse);
}

TEST(WorkDirLock, SaysWhyTheFolderCannotBeMade) {
    const TemporaryFolder folder;
    const auto file = folder.write("file", "");
    try {
        const WorkDirLock lock(file / "work_dir");
        FAIL() << "made";
    } catch (const Error& error) {
        EXPECT_EQ(std::string(error.what()),
                  "cannot make work_dir " + (file / "work_dir").string() + ": Not a directory");
    }
}

TEST(WorkFilesOnAFullDisk, ThrowDiskFullErrorAndLeaveNoPart) {
    const TemporaryFolder folder;
    const auto report = on_small_disk(folder.path(), 1U << 20, [&]() -> std::string {
        asio::io_context loop;
        DiskThread disk;
        WorkFiles files(folder.path(), disk);
        const auto file = files.job_folder({1}) / "frame_times";
        try {
            awaited(loop, files.write(file, std::string(2U << 20, 'x')));
            return "written";
        } catch (const DiskFullError& error) {
            const auto left = std::distance(fs::directory_iterator(file.parent_path()), {});
            return std::string(error.what()).substr(0, 12) + ", left: " + std::to_string(left);
        }
    });
    if (!report)
        GTEST_SKIP() << "no private file system to be had here";
    EXPECT_EQ(*report, "cannot write, left: 0");
}

} // namespace
} // namespace av1encd
