#include "daemon/system/log_folder.hpp"

#include "common/error.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fmt/chrono.h>
#include <gmock/gmock.h>

#include <csignal>
#include <sys/resource.h>

namespace av1encd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LogFolderTest : public ::testing::Test {
protected:
    /// A file's name at the time that the test stands at.
    std::string named(const char* prefix, const char* suffix = "") const {
        return fmt::format("{}{:%Y%m%d_%H%M%S}{}.log", prefix, fmt::localtime(now_), suffix);
    }
    std::string read(const std::string& name) const { return temporary_.read("logs/" + name); }

    std::time_t now_ = 1'767'268'800;
    TemporaryFolder temporary_;
    LogFolder logs_{temporary_.path() / "logs", [this] { return now_; }};
};

TEST_F(LogFolderTest, MakesNothingBeforeTheFirstLine) {
    EXPECT_THAT(logs_.rotate(), IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(temporary_.path() / "logs"));
}

TEST_F(LogFolderTest, EveryLineIsInTheJobsFileAtOnce) {
    logs_.write(Severity::debug, "one\n");
    logs_.write(Severity::notice, "two\n");
    EXPECT_EQ(read(named("av1_job_")), "one\ntwo\n");
    EXPECT_FALSE(std::filesystem::exists(logs_.path_of(named("errors_av1_job_"))));
}

TEST_F(LogFolderTest, WarningsAndWorseAreInTheErrorsFileToo) {
    logs_.write(Severity::info, "one\n");
    now_ += 60;
    logs_.write(Severity::warning, "two\n");
    logs_.write(Severity::error, "three\n");
    now_ -= 60;
    EXPECT_EQ(read(named("av1_job_")), "one\ntwo\nthree\n");
    EXPECT_EQ(read(named("errors_av1_job_")), "two\nthree\n");
}

TEST_F(LogFolderTest, RotatingNamesTheFilesAndBeginsNewOnes) {
    logs_.write(Severity::error, "one\n");
    EXPECT_THAT(logs_.rotate(), ElementsAre(named("av1_job_"), named("errors_av1_job_")));
    logs_.write(Severity::info, "two\n");
    EXPECT_EQ(read(named("av1_job_")), "one\n");
    EXPECT_EQ(read(named("av1_job_", "_2")), "two\n");
}

TEST_F(LogFolderTest, ANameIsNotUsedAgainAfterItsFileWasHandedOver) {
    for (const char* suffix : {"", "_2", "_3"}) {
        logs_.write(Severity::info, "line\n");
        EXPECT_THAT(logs_.rotate(), ElementsAre(named("av1_job_", suffix)));
        logs_.remove(named("av1_job_", suffix));
    }
    now_ += 1;
    logs_.write(Severity::info, "line\n");
    EXPECT_THAT(logs_.rotate(), ElementsAre(named("av1_job_")));
}

TEST_F(LogFolderTest, WhatAnEarlierDaemonLeftIsHandedOverAndEmptyFilesAreRemoved) {
    temporary_.write("logs/av1_job_20200101_000000.log", "old\n");
    temporary_.write("logs/errors_av1_job_20200101_000000.log", "old\n");
    temporary_.write("logs/av1_job_20200101_000001.log", "");
    temporary_.write("logs/notes.txt", "not ours\n");
    temporary_.write("logs/" + named("av1_job_"), "made by another in the same second\n");
    logs_.write(Severity::info, "line\n");
    EXPECT_THAT(logs_.rotate(),
                ElementsAre("av1_job_20200101_000000.log", named("av1_job_"),
                            named("av1_job_", "_2"), "errors_av1_job_20200101_000000.log"));
    EXPECT_FALSE(std::filesystem::exists(logs_.path_of("av1_job_20200101_000001.log")));
    EXPECT_EQ(read("notes.txt"), "not ours\n");
}

TEST_F(LogFolderTest, AFolderThatCannotBeMadeIsTriedAgainWithTheNextLine) {
    temporary_.write("logs", "in the way");
    EXPECT_THROW(logs_.write(Severity::info, "one\n"), Error);
    std::filesystem::remove(temporary_.path() / "logs");
    logs_.write(Severity::info, "two\n");
    EXPECT_EQ(read(named("av1_job_")), "two\n");
}

/// The largest file that this process may write, as a disk that is full.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit before_{};
};

TEST_F(LogFolderTest, AFailingWriteIsSaidAndTheNextLineIsTriedAgain) {
    logs_.write(Severity::info, "one\n");
    const auto file = logs_.path_of(named("av1_job_")).string();
    {
        const FileSizeLimit limit(4);
        try {
            logs_.write(Severity::info, "two\n");
            FAIL() << "it was written";
        } catch (const Error& error) {
            EXPECT_EQ(error.what(), "cannot write " + file + ": File too large");
        }
    }
    logs_.write(Severity::info, "three\n");
    EXPECT_EQ(read(named("av1_job_")), "one\nthree\n");
}

TEST_F(LogFolderTest, RemovingWhatIsNotThereIsNoComplaint) {
    EXPECT_NO_THROW(logs_.remove("av1_job_20200101_000000.log"));
}

} // namespace
} // namespace av1encd
