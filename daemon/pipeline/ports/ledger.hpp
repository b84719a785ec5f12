#pragma once
// The door to this machine's durable record. It speaks in jobs, renditions, segments and attempts.
// A call that returns has reached the disk where losing it could lose work (claim, segment kept,
// publish, retire). Failures throw Error: without a ledger there is nothing safe to do.

#include "daemon/core/job.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <vector>

namespace av1encd {

template <typename T>
using Awaitable = boost::asio::awaitable<T>;

struct JobDetails {
    Job job;
    std::vector<Rendition> renditions;
    std::vector<KeptSegment> segments;
    std::vector<Attempt> attempts;
};

/// A source that this machine gave back or could not use: left alone until it changes.
struct Declined {
    std::string source;
    FileState file;
    std::string reason;
    bool operator==(const Declined&) const = default;
};

/// A hold set by a person; lasts over a restart.
struct OperatorHold {
    std::string text;
    WallTime since{};
    std::optional<WallTime> until;
    bool drain = false;
    bool operator==(const OperatorHold&) const = default;
};

struct JobCounts {
    std::uint64_t done = 0, failed = 0, skipped = 0;
    std::uint64_t source_bytes = 0; ///< of done and skipped jobs times their renditions
};

class Ledger {
public:
    virtual ~Ledger() = default;

    /// `job.id` is ignored; the new one is returned.
    virtual Awaitable<JobId> add_job(Job job) = 0;
    /// Replaces what is recorded of the job; flushed.
    virtual Awaitable<void> save_job(Job job) = 0;
    /// Adds or replaces by (job, crf); flushed.
    virtual Awaitable<void> save_rendition(Rendition rendition) = 0;
    virtual Awaitable<void> keep_segment(KeptSegment segment) = 0;
    virtual Awaitable<void> drop_segments(JobId job) = 0;
    virtual Awaitable<void> add_attempt(Attempt attempt) = 0;
    virtual Awaitable<void> add_history(HistoryEntry entry) = 0;
    /// The end of a job given back or lost: nothing of it is kept.
    virtual Awaitable<void> forget_job(JobId job) = 0;

    /// Jobs that are not yet done, failed or skipped, oldest first.
    virtual Awaitable<std::vector<JobDetails>> open_jobs() = 0;
    /// All jobs with their renditions, newest first, at most `most`; segments and attempts empty.
    virtual Awaitable<std::vector<JobDetails>> jobs(std::optional<JobState> state,
                                                    std::size_t most) = 0;
    /// The newest job of that source, with everything.
    virtual Awaitable<std::optional<JobDetails>> job_of(std::string source) = 0;
    virtual Awaitable<std::vector<HistoryEntry>> history(std::optional<WallTime> since) = 0;
    virtual Awaitable<JobCounts> counts() = 0;
    /// The hash that a rendition of ours was published with under this output path (relative to the
    /// output's root) and that passed its check; nullopt: this ledger knows of none.
    virtual Awaitable<std::optional<std::string>> known_output(std::string output) = 0;

    virtual Awaitable<void> decline(Declined declined) = 0;
    virtual Awaitable<void> undecline(std::string source) = 0;
    virtual Awaitable<std::vector<Declined>> declined() = 0;

    virtual Awaitable<void> save_operator_hold(std::optional<OperatorHold> hold) = 0;
    virtual Awaitable<std::optional<OperatorHold>> operator_hold() = 0;

    /// Small facts by name: the share's markers by root, the last chunk's number.
    virtual Awaitable<void> remember(std::string name, std::string value) = 0;
    virtual Awaitable<std::optional<std::string>> remembered(std::string name) = 0;
};

} // namespace av1encd
