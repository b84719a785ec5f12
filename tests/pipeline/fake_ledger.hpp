#pragma once
// A ledger in memory, which runs full as told.

#include "daemon/pipeline/ports/ledger.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace av1encd::test {

class FakeLedger final : public Ledger {
public:
    std::map<JobId, JobDetails> all;
    std::vector<HistoryEntry> finished;
    std::vector<Declined> declines;
    std::map<std::string, std::string> facts;
    std::optional<OperatorHold> hold;
    int full = 0;                        ///< so many calls of add_job throw DiskFullError
    int full_else = 0;                   ///< so many other calls that write throw it
    std::function<void()> on_hold_saved; ///< once
    bool hold_is_stuck = false;          ///< save_operator_hold throws DiskFullError

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
    void write();
    std::int64_t last_ = 0;
};

} // namespace av1encd::test
