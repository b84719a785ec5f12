#pragma once
// to_assign -> claimed sources, a chunk at a time: scans, waits until sources rest, claims by
// rename, and hands each to its job. At most one chunk is claimed ahead of the one in work.

#include "daemon/core/claim_order.hpp"
#include "daemon/core/line_budget.hpp"
#include "daemon/pipeline/context.hpp"
#include "daemon/pipeline/jobs.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace av1encd {

/// Under this name the ledger remembers the number of the last chunk.
constexpr std::string_view last_chunk_fact = "last chunk";

class Claimer {
public:
    Claimer(Context& context, Jobs& jobs);

    /// Until cancelled.
    Awaitable<void> run();
    /// Scans again whenever the share tells of a change; until cancelled.
    Awaitable<void> watch();
    /// At the next occasion, not only at the next slow re-scan.
    void scan_soon();

    /// Claims of an earlier run that no ledger knows, by their path in in_progress: they join the
    /// next chunk.
    void take_over(std::vector<std::string> claimed_paths);
    void set_next_chunk(int number) { next_chunk_ = number; }

    std::size_t waiting() const { return pending_.size(); }
    std::size_t unreadable() const { return unreadable_.size(); }
    /// The last scan left nothing that this machine could still claim.
    bool nothing_left() const { return nothing_left_; }
    Notifier& changed() { return changed_; }

private:
    using Clues = std::map<std::string, std::string>; ///< source -> why not
    struct Reported {
        std::string reason;
        Ticks seen; ///< the last time
    };
    struct Candidate {
        std::string source;
        FileState file;
    };
    Awaitable<void> run_round();
    Awaitable<void> scan();
    Awaitable<bool> claim_chunk();
    Awaitable<std::vector<Candidate>> candidates();
    /// nullopt: not to be claimed now.
    Awaitable<std::optional<Candidate>> look_at(std::string source);
    Awaitable<bool> claim(Candidate candidate, int chunk);
    Awaitable<bool> claim_orphans(int chunk);
    Awaitable<void> begin_job(std::string source, std::string claimed_path, FileState file,
                              int chunk);
    Awaitable<bool> is_declined(const std::string& source, const FileState& file);
    Awaitable<bool> still_settling(std::string source);
    void say_found(std::size_t sources, Ticks::duration took);
    void say_unwatched();
    void forget_what_is_gone();
    void report(const std::string& source, const std::string& reason);
    void forget(const std::string& source);
    void wake_at(Ticks when);

    Context& context_;
    Jobs& jobs_;
    std::vector<std::string> pending_; ///< in claim order
    Clues unreadable_;
    std::map<std::string, Reported> reported_; ///< said once
    std::map<std::string, FileState> declined_;
    Settling settling_;
    std::string unwatched_; ///< as the last scan said
    LineBudget unwatched_lines_;
    std::deque<std::string> orphans_;
    int next_chunk_ = 1;
    bool scan_wanted_ = true;
    std::uint64_t scans_ = 0;
    std::size_t found_ = 0; ///< by the last scan
    bool nothing_left_ = false;
    Ticks last_scan_ = Ticks::min();
    Ticks next_look_ = Ticks::max();
    bool more_to_see_ = false;  ///< the last round ended early
    bool some_settle_ = false;  ///< it saw sources that do not rest yet
    bool more_to_claim_ = true; ///< for all that is known
    WorkAhead::Entry ahead_;
    std::uint64_t new_bytes_ = 0; ///< of sources seen for the first time in this round
    Notifier changed_;
    Notifier scanned_;
};

} // namespace av1encd
