#include "common/error.hpp"
#include "daemon/pipeline/ports/work_dir.hpp"
#include "daemon/system/sqlite_ledger.hpp"
#include "tests/support/awaited.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/temporary_folder.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

namespace av1encd {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

std::string reason_not_to_open(const fs::path& file) {
    DiskThread disk;
    try {
        const SqliteLedger ledger(file, disk);
        return "opened";
    } catch (const Error& error) {
        return error.what();
    }
}

TEST(LedgerFile, RefusesTheLedgerOfANewerVersion) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "ledger.db";
    EXPECT_EQ(reason_not_to_open(file), "opened");
    SQLite::Database(file.string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");
    EXPECT_EQ(reason_not_to_open(file),
              "the ledger " + file.string() +
                  " was written by a newer av1encd (version 99 of its tables, this one knows 3): "
                  "install that one again");
}

TEST(LedgerFile, RefusesAnotherProgramsDatabase) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "ledger.db";
    SQLite::Database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
        .exec("CREATE TABLE bookmarks (url TEXT)");
    EXPECT_EQ(reason_not_to_open(file),
              file.string() + " is no ledger of av1encd: move it out of the way");
}

TEST(LedgerFile, SaysWhatToDoAboutADamagedFile) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "ledger.db";
    {
        asio::io_context loop;
        DiskThread disk;
        SqliteLedger ledger(file, disk);
        for (int i = 0; i < 100; ++i)
            awaited(loop, ledger.remember(std::to_string(i), std::string(1'000, 'x')));
    }
    auto bytes = folder.read("ledger.db");
    bytes.replace(bytes.size() / 2, bytes.size() / 4, bytes.size() / 4, '\x55');
    folder.write("ledger.db", bytes);
    const auto reason = reason_not_to_open(file);
    EXPECT_THAT(reason, testing::StartsWith("the ledger " + file.string() + " is damaged ("));
    EXPECT_THAT(reason, testing::EndsWith("): move " + file.string() + " and " + file.string() +
                                          "-wal out of the way and start again: what is in "
                                          "in_progress is then taken up anew"));
}

TEST(LedgerFile, SaysWhatToDoAboutAFileThatIsNoDatabase) {
    const TemporaryFolder folder;
    const auto file = folder.write("ledger.db", std::string(4'096, 'x'));
    EXPECT_THAT(reason_not_to_open(file),
                testing::StartsWith("the ledger " + file.string() + " is damaged (file is not a "));
}

TEST(LedgerFile, SaysWhichFileCannotBeOpened) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "missing" / "ledger.db";
    EXPECT_EQ(reason_not_to_open(file),
              "cannot open the ledger " + file.string() + ": unable to open database file");
}

// Adds jobs for ever and tells of each that was acknowledged.
[[noreturn]] void add_jobs_for_ever(const fs::path& file, int tell) {
    asio::io_context loop;
    DiskThread disk;
    SqliteLedger ledger(file, disk);
    for (int i = 0;; ++i) {
        Job job;
        job.source = std::to_string(i);
        const auto id = awaited(loop, ledger.add_job(job)).value;
        if (::write(tell, &id, sizeof id) != sizeof id)
            ::_exit(1);
    }
}

std::vector<std::int64_t> acknowledged_before_kill(const fs::path& file, std::size_t most) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t writer = ::fork();
    if (writer == 0)
        add_jobs_for_ever(file, ends[1]);
    ::close(ends[1]);
    std::vector<std::int64_t> ids;
    std::int64_t id = 0;
    while (::read(ends[0], &id, sizeof id) == sizeof id) {
        ids.push_back(id);
        if (ids.size() == most)
            ::kill(writer, SIGKILL);
    }
    ::close(ends[0]);
    ::waitpid(writer, nullptr, 0);
    return ids;
}

TEST(LedgerFile, HoldsEachAcknowledgedCallAfterKill9) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "ledger.db";
    std::vector<std::int64_t> acknowledged;
    for (const std::size_t most : {1U, 10U, 37U, 120U}) {
        const auto ids = acknowledged_before_kill(file, most);
        ASSERT_GE(ids.size(), most);
        acknowledged.insert(acknowledged.end(), ids.begin(), ids.end());
    }
    asio::io_context loop;
    DiskThread disk;
    SqliteLedger ledger(file, disk);
    std::vector<std::int64_t> found;
    for (const auto& details : awaited(loop, ledger.open_jobs()))
        found.push_back(details.job.id.value);
    EXPECT_THAT(found, testing::IsSupersetOf(acknowledged));
}

TEST(LedgerFile, CallsFailWholeOnAFullDiskAndGoThroughOnceThereIsSpace) {
    const TemporaryFolder folder;
    const auto report = on_small_disk(folder.path(), 2U << 20, [&]() -> std::string {
        asio::io_context loop;
        DiskThread disk;
        SqliteLedger ledger(folder.path() / "ledger.db", disk);
        folder.write("filler", std::string(3U << 20, 'x'));
        Job job;
        job.source = std::string(100'000, 'x');
        std::string text;
        try {
            awaited(loop, ledger.add_job(job));
        } catch (const DiskFullError& error) {
            text = error.what();
        }
        text += ", jobs: " + std::to_string(awaited(loop, ledger.open_jobs()).size());
        fs::remove(folder.path() / "filler");
        awaited(loop, ledger.add_job(job));
        return text + ", then: " + std::to_string(awaited(loop, ledger.open_jobs()).size());
    });
    if (!report)
        GTEST_SKIP() << "no private file system to be had here";
    EXPECT_EQ(*report, "cannot write to the ledger " + (folder.path() / "ledger.db").string() +
                           ": the disk is full, jobs: 0, then: 1");
}

} // namespace
} // namespace av1encd
