#include "daemon/system/ledger_rows.hpp"

#include "common/error.hpp"
#include "daemon/system/ledger_statement.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace av1encd {

namespace {

const std::string job_columns =
    "id, source, claimed_path, chunk, bytes, modified_ns, sha256, output_name, settings, plan, "
    "state, error, retired_path, notes, claimed_at, ended_at";

template <typename T>
T known(std::optional<T> value, const std::string& word) {
    if (!value)
        throw Error("the ledger holds an unknown word: \"" + word + "\"");
    return *value;
}

JobState job_state(const std::string& word) {
    return known(job_state_from(word), word);
}

RenditionState rendition_state(const std::string& word) {
    return known(rendition_state_from(word), word);
}

TaskKind task_kind(const std::string& word) {
    return known(task_kind_from(word), word);
}

Job job_at(LedgerStatement& row) {
    Job job;
    job.id = {row.integer()};
    job.source = row.text();
    job.claimed_path = row.text();
    job.chunk = row.small();
    job.file.bytes = row.size();
    job.file.modified_ns = row.integer();
    job.sha256 = row.text();
    job.output_name = row.text();
    job.settings = row.text();
    job.plan = row.text();
    job.state = job_state(row.text());
    job.error = row.text();
    job.retired_path = row.text();
    job.notes = row.lines();
    job.claimed_at = row.time();
    job.ended_at = row.optional_time();
    return job;
}

Rendition rendition_at(LedgerStatement& row) {
    Rendition rendition;
    rendition.job = {row.integer()};
    rendition.crf = row.small();
    rendition.state = rendition_state(row.text());
    rendition.segments = row.small();
    rendition.output_bytes = row.size();
    rendition.output_sha256 = row.text();
    rendition.error = row.text();
    rendition.encode_seconds = row.real();
    rendition.ended_at = row.optional_time();
    rendition.attempts = row.small();
    return rendition;
}

KeptSegment segment_at(LedgerStatement& row) {
    KeptSegment segment;
    segment.job = {row.integer()};
    segment.crf = row.small();
    segment.range.start = row.integer();
    segment.range.end = row.optional_integer();
    segment.fingerprint = row.text();
    segment.bytes = row.size();
    segment.encode_seconds = row.real();
    return segment;
}

Attempt attempt_at(LedgerStatement& row) {
    Attempt attempt;
    attempt.job = {row.integer()};
    attempt.task = task_kind(row.text());
    attempt.crf = row.optional_small();
    attempt.range.start = row.integer();
    attempt.range.end = row.optional_integer();
    attempt.number = row.small();
    attempt.cause = row.text();
    attempt.last_lines = row.lines();
    attempt.ended_at = row.time();
    return attempt;
}

HistoryEntry history_at(LedgerStatement& row) {
    HistoryEntry entry;
    entry.source = row.text();
    entry.crf = row.small();
    entry.source_bytes = row.size();
    entry.output_bytes = row.size();
    entry.encode_seconds = row.real();
    entry.video_seconds = row.real();
    entry.finished_at = row.time();
    entry.output = row.text();
    return entry;
}

Declined declined_at(LedgerStatement& row) {
    Declined declined;
    declined.source = row.text();
    declined.file.bytes = row.size();
    declined.file.modified_ns = row.integer();
    declined.reason = row.text();
    return declined;
}

template <typename Read>
auto all_rows(LedgerStatement statement, Read read) {
    std::vector<decltype(read(statement))> rows;
    while (statement.next())
        rows.push_back(read(statement));
    return rows;
}

} // namespace

JobId insert_job(SQLite::Database& database, const Job& job) {
    LedgerStatement(database,
                    "INSERT INTO jobs (source, claimed_path, chunk, bytes, modified_ns, sha256, "
                    "output_name, settings, plan, state, error, retired_path, notes, claimed_at, "
                    "ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    Bytes{job.source}, Bytes{job.claimed_path}, job.chunk, job.file.bytes,
                    job.file.modified_ns, job.sha256, Bytes{job.output_name}, job.settings,
                    job.plan, to_string(job.state), job.error, Bytes{job.retired_path}, job.notes,
                    job.claimed_at, job.ended_at)
        .execute();
    return {database.getLastInsertRowid()};
}

void update_job(SQLite::Database& database, const Job& job) {
    LedgerStatement(database,
                    "UPDATE jobs SET source = ?, claimed_path = ?, chunk = ?, bytes = ?, "
                    "modified_ns = ?, sha256 = ?, output_name = ?, settings = ?, plan = ?, "
                    "state = ?, error = ?, retired_path = ?, notes = ?, claimed_at = ?, "
                    "ended_at = ? WHERE id = ?",
                    Bytes{job.source}, Bytes{job.claimed_path}, job.chunk, job.file.bytes,
                    job.file.modified_ns, job.sha256, Bytes{job.output_name}, job.settings,
                    job.plan, to_string(job.state), job.error, Bytes{job.retired_path}, job.notes,
                    job.claimed_at, job.ended_at, job.id)
        .execute();
    if (database.getChanges() != 1)
        throw Error("the ledger knows no job " + std::to_string(job.id.value));
}

void insert_rendition(SQLite::Database& database, const Rendition& rendition) {
    LedgerStatement(database,
                    "INSERT OR REPLACE INTO renditions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    rendition.job, rendition.crf, to_string(rendition.state), rendition.segments,
                    rendition.output_bytes, rendition.output_sha256, rendition.error,
                    rendition.encode_seconds, rendition.ended_at)
        .execute();
}

void insert_segment(SQLite::Database& database, const KeptSegment& segment) {
    // A unique index would not do: in it no two open ends are equal.
    LedgerStatement(database,
                    "DELETE FROM segments WHERE job = ? AND crf = ? AND range_start = ? AND "
                    "range_end IS ?",
                    segment.job, segment.crf, segment.range.start, segment.range.end)
        .execute();
    LedgerStatement(database, "INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?)", segment.job,
                    segment.crf, segment.range.start, segment.range.end, segment.fingerprint,
                    segment.bytes, segment.encode_seconds)
        .execute();
}

void insert_attempt(SQLite::Database& database, const Attempt& attempt) {
    LedgerStatement(database, "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    attempt.job, to_string(attempt.task), attempt.crf, attempt.range.start,
                    attempt.range.end, attempt.number, attempt.cause, attempt.last_lines,
                    attempt.ended_at)
        .execute();
}

void insert_history(SQLite::Database& database, const HistoryEntry& entry) {
    // The hash stands in the rendition that has just been published: that of the source's newest
    // job. It is copied, as the job may go while the file stays.
    LedgerStatement(database,
                    "INSERT INTO history VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, coalesce("
                    "(SELECT output_sha256 FROM jobs JOIN renditions ON job = id "
                    "WHERE source = ?1 AND crf = ?2 ORDER BY id DESC LIMIT 1), ''))",
                    Bytes{entry.source}, entry.crf, entry.source_bytes, entry.output_bytes,
                    entry.encode_seconds, entry.video_seconds, entry.finished_at,
                    Bytes{entry.output})
        .execute();
}

void insert_declined(SQLite::Database& database, const Declined& declined) {
    LedgerStatement(database, "INSERT OR REPLACE INTO declined VALUES (?, ?, ?, ?)",
                    Bytes{declined.source}, declined.file.bytes, declined.file.modified_ns,
                    declined.reason)
        .execute();
}

std::vector<Job> open_job_rows(SQLite::Database& database) {
    return all_rows(LedgerStatement(database, "SELECT " + job_columns +
                                                  " FROM jobs WHERE state IN ('claimed', "
                                                  "'encoding', 'publishing') ORDER BY id"),
                    job_at);
}

std::vector<Job> newest_job_rows(SQLite::Database& database, std::optional<JobState> state,
                                 std::size_t most) {
    constexpr auto all = std::numeric_limits<std::int64_t>::max();
    const auto limit = static_cast<std::int64_t>(std::min<std::uint64_t>(most, all));
    const auto select = "SELECT " + job_columns + " FROM jobs ";
    if (!state)
        return all_rows(LedgerStatement(database, select + "ORDER BY id DESC LIMIT ?", limit),
                        job_at);
    return all_rows(LedgerStatement(database, select + "WHERE state = ? ORDER BY id DESC LIMIT ?",
                                    to_string(*state), limit),
                    job_at);
}

std::optional<Job> newest_job_row(SQLite::Database& database, const std::string& source) {
    LedgerStatement row(
        database, "SELECT " + job_columns + " FROM jobs WHERE source = ? ORDER BY id DESC LIMIT 1",
        Bytes{source});
    return row.next() ? std::optional(job_at(row)) : std::nullopt;
}

std::vector<Rendition> rendition_rows(SQLite::Database& database, JobId from, JobId to) {
    return all_rows(LedgerStatement(database,
                                    "SELECT *, (SELECT count(*) FROM attempts WHERE "
                                    "attempts.job = renditions.job AND "
                                    "attempts.crf = renditions.crf) "
                                    "FROM renditions WHERE job BETWEEN ? AND ? "
                                    "ORDER BY job, crf",
                                    from, to),
                    rendition_at);
}

std::vector<KeptSegment> segment_rows(SQLite::Database& database, JobId job) {
    return all_rows(LedgerStatement(database,
                                    "SELECT * FROM segments WHERE job = ? "
                                    "ORDER BY crf, range_start, rowid",
                                    job),
                    segment_at);
}

std::vector<Attempt> attempt_rows(SQLite::Database& database, JobId job) {
    return all_rows(
        LedgerStatement(database, "SELECT * FROM attempts WHERE job = ? ORDER BY rowid", job),
        attempt_at);
}

std::vector<HistoryEntry> history_rows(SQLite::Database& database, std::optional<WallTime> since) {
    return all_rows(LedgerStatement(database,
                                    "SELECT * FROM history WHERE finished_at >= ? "
                                    "ORDER BY finished_at, rowid",
                                    since.value_or(WallTime::min())),
                    history_at);
}

std::vector<Declined> declined_rows(SQLite::Database& database) {
    return all_rows(LedgerStatement(database, "SELECT * FROM declined ORDER BY source"),
                    declined_at);
}

JobCounts count_rows(SQLite::Database& database) {
    JobCounts counts;
    LedgerStatement row(database, "SELECT state, count(*) FROM jobs GROUP BY state");
    while (row.next()) {
        const auto state = job_state(row.text());
        const auto count = row.size();
        if (state == JobState::done)
            counts.done = count;
        else if (state == JobState::failed)
            counts.failed = count;
        else if (state == JobState::skipped)
            counts.skipped = count;
    }
    LedgerStatement sum(database, "SELECT coalesce(sum(jobs.bytes), 0) FROM jobs JOIN renditions "
                                  "ON job = id WHERE jobs.state IN ('done', 'skipped')");
    if (sum.next())
        counts.source_bytes = sum.size();
    return counts;
}

} // namespace av1encd
