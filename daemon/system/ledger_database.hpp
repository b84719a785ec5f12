#pragma once
// The ledger's file: opened, checked, brought to this version's tables, and worked on in whole
// transactions. Blocking; used by one thread at a time.

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>

#include <filesystem>
#include <type_traits>

namespace av1encd {

class LedgerDatabase {
public:
    /// Makes the file where it is missing. Throws Error that says what to do where it is damaged,
    /// is not a ledger, or was written by a newer av1encd.
    explicit LedgerDatabase(std::filesystem::path file);

    /// Calls `work` with the database: all that it does, or, where it throws, nothing. On the disk
    /// when it returns. Throws DiskFullError, or Error for what else SQLite complains of.
    template <typename Work>
    auto transact(Work work) {
        try {
            // Writing is announced at once: two that turn from reading to writing block each other.
            SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
            if constexpr (std::is_void_v<decltype(work(database_))>) {
                work(database_);
                transaction.commit();
            } else {
                auto result = work(database_);
                transaction.commit();
                return result;
            }
        } catch (const SQLite::Exception& failure) {
            fail(failure);
        }
    }

private:
    [[noreturn]] void fail(const SQLite::Exception& failure) const;
    void prepare();
    void check_whole();
    void bring_up_to_date();

    std::filesystem::path file_;
    SQLite::Database database_;
};

} // namespace av1encd
