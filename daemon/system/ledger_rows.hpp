#pragma once
// The ledger's values as rows of its tables, and back. Every function works inside the caller's
// transaction.

#include "daemon/pipeline/ports/ledger.hpp"

#include <SQLiteCpp/Database.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace av1encd {

JobId insert_job(SQLite::Database& database, const Job& job);
void update_job(SQLite::Database& database, const Job& job);
void insert_rendition(SQLite::Database& database, const Rendition& rendition);
void insert_segment(SQLite::Database& database, const KeptSegment& segment);
void insert_attempt(SQLite::Database& database, const Attempt& attempt);
void insert_history(SQLite::Database& database, const HistoryEntry& entry);
void insert_declined(SQLite::Database& database, const Declined& declined);

std::vector<Job> open_job_rows(SQLite::Database& database);
std::vector<Job> newest_job_rows(SQLite::Database& database, std::optional<JobState> state,
                                 std::size_t most);
std::optional<Job> newest_job_row(SQLite::Database& database, const std::string& source);
/// Of all jobs with these ids, both included, in their order.
std::vector<Rendition> rendition_rows(SQLite::Database& database, JobId from, JobId to);
std::vector<KeptSegment> segment_rows(SQLite::Database& database, JobId job);
std::vector<Attempt> attempt_rows(SQLite::Database& database, JobId job);
std::vector<HistoryEntry> history_rows(SQLite::Database& database, std::optional<WallTime> since);
std::vector<Declined> declined_rows(SQLite::Database& database);
JobCounts count_rows(SQLite::Database& database);

} // namespace av1encd
