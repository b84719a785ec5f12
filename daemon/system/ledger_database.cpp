#include "daemon/system/ledger_database.hpp"

#include "common/error.hpp"
#include "daemon/pipeline/ports/work_dir.hpp"

#include <SQLiteCpp/Column.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

namespace av1encd {

namespace {

constexpr int busy_timeout_ms = 5'000; // a person may look into it with sqlite3

// "av1e", so that another program's database is not taken for a ledger.
constexpr int application_id = 0x61763165;

// Each step brings the tables from its index (user_version) to the next. Paths are BLOBs, as they
// need not be UTF-8; texts are for people. Times are milliseconds since the epoch; lists of lines
// are one text with every line ended by a newline.
constexpr std::array<const char*, 3> steps = {R"(
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: it names a folder
    source BLOB NOT NULL,
    claimed_path BLOB NOT NULL,
    chunk INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    output_name BLOB NOT NULL,
    plan TEXT NOT NULL,
    state TEXT NOT NULL,
    error TEXT NOT NULL,
    retired_path BLOB NOT NULL,
    notes TEXT NOT NULL,
    claimed_at INTEGER NOT NULL,
    ended_at INTEGER);
CREATE INDEX jobs_by_state ON jobs (state, id);
CREATE INDEX jobs_by_source ON jobs (source, id);

CREATE TABLE renditions (
    job INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    crf INTEGER NOT NULL,
    state TEXT NOT NULL,
    segments INTEGER NOT NULL,
    output_bytes INTEGER NOT NULL,
    output_sha256 TEXT NOT NULL,
    error TEXT NOT NULL,
    encode_seconds REAL NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (job, crf)) WITHOUT ROWID;

CREATE TABLE segments (
    job INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    crf INTEGER NOT NULL,
    range_start INTEGER NOT NULL,
    range_end INTEGER, -- NULL: to the end of the video
    fingerprint TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    encode_seconds REAL NOT NULL);
CREATE INDEX segments_by_job ON segments (job, crf, range_start);

CREATE TABLE attempts (
    job INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    task TEXT NOT NULL,
    crf INTEGER NOT NULL,
    range_start INTEGER NOT NULL,
    range_end INTEGER,
    number INTEGER NOT NULL,
    cause TEXT NOT NULL,
    last_lines TEXT NOT NULL,
    ended_at INTEGER NOT NULL);
CREATE INDEX attempts_by_job ON attempts (job);

CREATE TABLE history (
    source BLOB NOT NULL,
    crf INTEGER NOT NULL,
    source_bytes INTEGER NOT NULL,
    output_bytes INTEGER NOT NULL,
    encode_seconds REAL NOT NULL,
    video_seconds REAL NOT NULL,
    finished_at INTEGER NOT NULL,
    output BLOB NOT NULL,
    output_sha256 TEXT NOT NULL);
CREATE INDEX history_by_time ON history (finished_at);
CREATE INDEX history_by_output ON history (output);

CREATE TABLE declined (
    source BLOB PRIMARY KEY,
    bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    reason TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE operator_hold (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    text TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER,
    drain INTEGER NOT NULL);

CREATE TABLE facts (
    name BLOB PRIMARY KEY,
    value BLOB NOT NULL) WITHOUT ROWID;
)",
                                              R"(
ALTER TABLE jobs ADD COLUMN settings TEXT NOT NULL DEFAULT '';
)",
                                              R"(
CREATE TABLE attempts_of_any_crf (
    job INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    task TEXT NOT NULL,
    crf INTEGER, -- NULL: the task is shared by the ladder; it was 0, a CRF like any other
    range_start INTEGER NOT NULL,
    range_end INTEGER,
    number INTEGER NOT NULL,
    cause TEXT NOT NULL,
    last_lines TEXT NOT NULL,
    ended_at INTEGER NOT NULL);
INSERT INTO attempts_of_any_crf SELECT job, task, nullif(crf, 0), range_start, range_end, number,
    cause, last_lines, ended_at FROM attempts ORDER BY rowid;
DROP TABLE attempts;
ALTER TABLE attempts_of_any_crf RENAME TO attempts;
CREATE INDEX attempts_by_job ON attempts (job);
)"};

bool disk_is_full(const SQLite::Exception& failure, int system_errno) {
    if (failure.getErrorCode() == SQLITE_FULL)
        return true;
    // SQLite calls only some of a full disk's failures so.
    const bool by_system =
        failure.getErrorCode() == SQLITE_IOERR || failure.getErrorCode() == SQLITE_CANTOPEN;
    return by_system && (system_errno == ENOSPC || system_errno == EDQUOT);
}

std::string what_to_do(const std::filesystem::path& file) {
    return fmt::format("move {0} and {0}-wal out of the way and start again: what is in "
                       "in_progress is then taken up anew",
                       file.string());
}

SQLite::Database open(const std::filesystem::path& file) {
    try {
        return SQLite::Database(file.string(),
                                SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX,
                                busy_timeout_ms);
    } catch (const SQLite::Exception& failure) {
        throw Error(fmt::format("cannot open the ledger {}: {}", file.string(), failure.what()));
    }
}

} // namespace

LedgerDatabase::LedgerDatabase(std::filesystem::path file)
    : file_(std::move(file)),
      database_(open(file_)) {
    try {
        prepare();
        bring_up_to_date();
    } catch (const SQLite::Exception& failure) {
        fail(failure);
    }
}

void LedgerDatabase::prepare() {
    // WAL: one flush a commit, in place of a rollback journal's three. EXTRA is FULL there; where
    // the file system cannot do WAL (no shared memory), a commit counts only once the deletion of
    // its rollback journal is flushed too, and only EXTRA does that.
    database_.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = EXTRA;"
                   "PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 4194304;");
    check_whole();
}

void LedgerDatabase::check_whole() {
    const auto verdict = database_.execAndGet("PRAGMA quick_check(1)").getString();
    if (verdict != "ok")
        throw Error(fmt::format("the ledger {} is damaged ({}): {}", file_.string(), verdict,
                                what_to_do(file_)));
}

void LedgerDatabase::bring_up_to_date() {
    transact([this](SQLite::Database& database) {
        const int version = database.execAndGet("PRAGMA user_version");
        const int id = database.execAndGet("PRAGMA application_id");
        const int tables = database.execAndGet("SELECT count(*) FROM sqlite_master");
        if (tables > 0 && id != application_id)
            throw Error(
                fmt::format("{} is no ledger of av1encd: move it out of the way", file_.string()));
        if (version > static_cast<int>(steps.size()))
            throw Error(fmt::format("the ledger {} was written by a newer av1encd (version {} of "
                                    "its tables, this one knows {}): install that one again",
                                    file_.string(), version, steps.size()));
        for (auto step = static_cast<std::size_t>(version); step < steps.size(); ++step)
            database.exec(steps[step]);
        database.exec(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                                  application_id, steps.size()));
    });
}

void LedgerDatabase::fail(const SQLite::Exception& failure) const {
    if (disk_is_full(failure, sqlite3_system_errno(database_.getHandle())))
        throw DiskFullError(
            fmt::format("cannot write to the ledger {}: the disk is full", file_.string()));
    const int code = failure.getErrorCode();
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        throw Error(fmt::format("the ledger {} is damaged ({}): {}", file_.string(), failure.what(),
                                what_to_do(file_)));
    throw Error(fmt::format("the ledger {} cannot be used: {}", file_.string(), failure.what()));
}

} // namespace av1encd
