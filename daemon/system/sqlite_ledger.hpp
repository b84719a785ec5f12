#pragma once
// The ledger as a SQLite database. Each call is one transaction, on the DiskThread: whole or not at
// all, and on the disk when it returns (WAL, synchronous=FULL), so it outlives kill -9 and power
// loss alike.
//
// Owned by Daemon. Not to be cancelled; the destructor waits for calls under way and closes the
// file. A full disk throws DiskFullError, and the same call may be made again; everything else that
// SQLite complains of throws Error with the file's name and what to do.

#include "daemon/pipeline/ports/ledger.hpp"
#include "daemon/system/disk_thread.hpp"

#include <filesystem>
#include <memory>

namespace av1encd {

class LedgerDatabase;

class SqliteLedger final : public Ledger {
public:
    /// Opens or makes the file. Throws Error where it is damaged, is not a ledger, or was written
    /// by a newer av1encd.
    SqliteLedger(std::filesystem::path file, DiskThread& disk);
    ~SqliteLedger() override;

    Awaitable<JobId> add_job(Job job) override;
    Awaitable<void> save_job(Job job) override;
    Awaitable<void> save_rendition(Rendition rendition) override;
    Awaitable<void> keep_segment(KeptSegment segment) override;
    Awaitable<void> drop_segments(JobId job) override;
    Awaitable<void> add_attempt(Attempt attempt) override;
    Awaitable<void> add_history(HistoryEntry entry) override;
    Awaitable<void> forget_job(JobId job) override;

    Awaitable<std::vector<JobDetails>> open_jobs() override;
    Awaitable<std::vector<JobDetails>> jobs(std::optional<JobState> state,
                                            std::size_t most) override;
    Awaitable<std::optional<JobDetails>> job_of(std::string source) override;
    Awaitable<std::vector<HistoryEntry>> history(std::optional<WallTime> since) override;
    Awaitable<JobCounts> counts() override;
    Awaitable<std::optional<std::string>> known_output(std::string output) override;

    Awaitable<void> decline(Declined declined) override;
    Awaitable<void> undecline(std::string source) override;
    Awaitable<std::vector<Declined>> declined() override;

    Awaitable<void> save_operator_hold(std::optional<OperatorHold> hold) override;
    Awaitable<std::optional<OperatorHold>> operator_hold() override;

    Awaitable<void> remember(std::string name, std::string value) override;
    Awaitable<std::optional<std::string>> remembered(std::string name) override;

private:
    template <typename Work>
    auto transact(Work work);

    DiskThread& disk_;
    std::unique_ptr<LedgerDatabase> database_; ///< touched on the DiskThread only
};

} // namespace av1encd
