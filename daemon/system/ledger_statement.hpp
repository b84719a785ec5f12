#pragma once
// One SQL statement with its values bound in order, and its rows read in order of their columns.

#include "daemon/core/job.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

/// Bound as BLOB: paths, of any bytes. Everything else of strings is bound as TEXT.
struct Bytes {
    const std::string& value;
};

class LedgerStatement {
public:
    template <typename... Values>
    LedgerStatement(SQLite::Database& database, const std::string& sql, const Values&... values)
        : statement_(database, sql) {
        (bind(values), ...);
    }

    /// Steps to the next row; the reading begins at its first column.
    bool next() {
        column_ = 0;
        return statement_.executeStep();
    }
    /// Runs a statement that gives no rows.
    void execute() { statement_.exec(); }

    // Each reads the next column of the row.
    std::int64_t integer() { return column().getInt64(); }
    int small() { return static_cast<int>(integer()); }
    std::uint64_t size() { return static_cast<std::uint64_t>(integer()); }
    double real() { return column(); }
    std::string text() { return column().getString(); }
    std::optional<std::int64_t> optional_integer();
    std::optional<int> optional_small();
    WallTime time() { return WallTime(std::chrono::milliseconds(integer())); }
    std::optional<WallTime> optional_time();
    std::vector<std::string> lines();

private:
    void bind(std::int64_t value) { statement_.bind(++bound_, value); }
    void bind(int value) { statement_.bind(++bound_, value); }
    void bind(std::uint64_t value) { bind(static_cast<std::int64_t>(value)); }
    void bind(double value) { statement_.bind(++bound_, value); }
    void bind(const std::string& value) { statement_.bind(++bound_, value); }
    void bind(const Bytes& bytes);
    void bind(JobId id) { bind(id.value); }
    void bind(WallTime time) { bind(static_cast<std::int64_t>(time.time_since_epoch().count())); }
    void bind(const std::vector<std::string>& lines);
    template <typename T>
    void bind(const std::optional<T>& value) {
        value ? bind(*value) : statement_.bind(++bound_);
    }

    SQLite::Column column() { return statement_.getColumn(column_++); }

    SQLite::Statement statement_;
    int bound_ = 0;
    int column_ = 0;
};

} // namespace av1encd
