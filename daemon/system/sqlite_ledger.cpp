#include "daemon/system/sqlite_ledger.hpp"

#include "daemon/system/ledger_database.hpp"
#include "daemon/system/ledger_rows.hpp"
#include "daemon/system/ledger_statement.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace av1encd {

namespace {

using Database = SQLite::Database;

JobDetails whole_details(Database& database, Job job) {
    const auto id = job.id;
    return {std::move(job), rendition_rows(database, id, id), segment_rows(database, id),
            attempt_rows(database, id)};
}

// Two queries in place of one for each job: a list of 10,000 is asked for while others wait.
std::vector<JobDetails> with_renditions(Database& database, std::vector<Job> newest_first) {
    std::vector<JobDetails> details;
    if (newest_first.empty())
        return details;
    std::unordered_map<std::int64_t, std::size_t> place;
    auto renditions = rendition_rows(database, newest_first.back().id, newest_first.front().id);
    for (auto& job : newest_first) {
        place.emplace(job.id.value, details.size());
        details.push_back({std::move(job), {}, {}, {}});
    }
    for (auto& rendition : renditions)
        if (const auto found = place.find(rendition.job.value); found != place.end())
            details[found->second].renditions.push_back(std::move(rendition));
    return details;
}

std::optional<OperatorHold> operator_hold_row(Database& database) {
    LedgerStatement row(database, "SELECT text, since, until, drain FROM operator_hold");
    if (!row.next())
        return std::nullopt;
    OperatorHold hold;
    hold.text = row.text();
    hold.since = row.time();
    hold.until = row.optional_time();
    hold.drain = row.integer() != 0;
    return hold;
}

std::optional<std::string> one_text(LedgerStatement row) {
    return row.next() ? std::optional(row.text()) : std::nullopt;
}

} // namespace

SqliteLedger::SqliteLedger(std::filesystem::path file, DiskThread& disk)
    : disk_(disk),
      database_(std::make_unique<LedgerDatabase>(std::move(file))) {}

SqliteLedger::~SqliteLedger() {
    disk_.finish();
}

template <typename Work>
auto SqliteLedger::transact(Work work) {
    return disk_.run([this, work = std::move(work)] { return database_->transact(work); });
}

Awaitable<JobId> SqliteLedger::add_job(Job job) {
    co_return co_await transact([&](Database& database) { return insert_job(database, job); });
}

Awaitable<void> SqliteLedger::save_job(Job job) {
    co_await transact([&](Database& database) { update_job(database, job); });
}

Awaitable<void> SqliteLedger::save_rendition(Rendition rendition) {
    co_await transact([&](Database& database) { insert_rendition(database, rendition); });
}

Awaitable<void> SqliteLedger::keep_segment(KeptSegment segment) {
    co_await transact([&](Database& database) { insert_segment(database, segment); });
}

Awaitable<void> SqliteLedger::drop_segments(JobId job) {
    co_await transact([=](Database& database) {
        LedgerStatement(database, "DELETE FROM segments WHERE job = ?", job).execute();
    });
}

Awaitable<void> SqliteLedger::add_attempt(Attempt attempt) {
    co_await transact([&](Database& database) { insert_attempt(database, attempt); });
}

Awaitable<void> SqliteLedger::add_history(HistoryEntry entry) {
    co_await transact([&](Database& database) { insert_history(database, entry); });
}

Awaitable<void> SqliteLedger::forget_job(JobId job) {
    co_await transact([=](Database& database) {
        LedgerStatement(database, "DELETE FROM jobs WHERE id = ?", job).execute();
    });
}

Awaitable<std::vector<JobDetails>> SqliteLedger::open_jobs() {
    co_return co_await transact([](Database& database) {
        std::vector<JobDetails> details;
        for (auto& job : open_job_rows(database))
            details.push_back(whole_details(database, std::move(job)));
        return details;
    });
}

Awaitable<std::vector<JobDetails>> SqliteLedger::jobs(std::optional<JobState> state,
                                                      std::size_t most) {
    co_return co_await transact([=](Database& database) {
        return with_renditions(database, newest_job_rows(database, state, most));
    });
}

Awaitable<std::optional<JobDetails>> SqliteLedger::job_of(std::string source) {
    co_return co_await transact([&](Database& database) {
        auto job = newest_job_row(database, source);
        return job ? std::optional(whole_details(database, std::move(*job))) : std::nullopt;
    });
}

Awaitable<std::vector<HistoryEntry>> SqliteLedger::history(std::optional<WallTime> since) {
    co_return co_await transact([=](Database& database) { return history_rows(database, since); });
}

Awaitable<JobCounts> SqliteLedger::counts() {
    co_return co_await transact([](Database& database) { return count_rows(database); });
}

Awaitable<std::optional<std::string>> SqliteLedger::known_output(std::string output) {
    co_return co_await transact([&](Database& database) {
        return one_text({database,
                         "SELECT output_sha256 FROM history WHERE output = ? AND "
                         "output_sha256 <> '' ORDER BY rowid DESC LIMIT 1",
                         Bytes{output}});
    });
}

Awaitable<void> SqliteLedger::decline(Declined declined) {
    co_await transact([&](Database& database) { insert_declined(database, declined); });
}

Awaitable<void> SqliteLedger::undecline(std::string source) {
    co_await transact([&](Database& database) {
        LedgerStatement(database, "DELETE FROM declined WHERE source = ?", Bytes{source}).execute();
    });
}

Awaitable<std::vector<Declined>> SqliteLedger::declined() {
    co_return co_await transact([](Database& database) { return declined_rows(database); });
}

Awaitable<void> SqliteLedger::save_operator_hold(std::optional<OperatorHold> hold) {
    co_await transact([&](Database& database) {
        LedgerStatement(database, "DELETE FROM operator_hold").execute();
        if (hold)
            LedgerStatement(database, "INSERT INTO operator_hold VALUES (1, ?, ?, ?, ?)",
                            hold->text, hold->since, hold->until, hold->drain ? 1 : 0)
                .execute();
    });
}

Awaitable<std::optional<OperatorHold>> SqliteLedger::operator_hold() {
    co_return co_await transact([](Database& database) { return operator_hold_row(database); });
}

Awaitable<void> SqliteLedger::remember(std::string name, std::string value) {
    co_await transact([&](Database& database) {
        LedgerStatement(database, "INSERT OR REPLACE INTO facts VALUES (?, ?)", Bytes{name},
                        Bytes{value})
            .execute();
    });
}

Awaitable<std::optional<std::string>> SqliteLedger::remembered(std::string name) {
    co_return co_await transact([&](Database& database) {
        return one_text({database, "SELECT value FROM facts WHERE name = ?", Bytes{name}});
    });
}

} // namespace av1encd
