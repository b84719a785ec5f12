#pragma once
// How far everything is, in source bytes times renditions, as the fleets count it. Figures never
// run backwards; time in which everything was stopped counts nowhere.

#include "daemon/core/job.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace av1encd {

/// Runs while nothing is suspended.
class WorkClock {
public:
    using Ticks = std::chrono::steady_clock::time_point;
    using Span = std::chrono::steady_clock::duration;

    explicit WorkClock(Ticks now) : since_(now) {}
    void stop(Ticks now);
    void go_on(Ticks now);
    /// Time worked since the start.
    Span worked(Ticks now) const { return worked_ + (stopped_ ? Span::zero() : now - since_); }

private:
    Ticks since_;
    Span worked_{};
    bool stopped_ = false;
};

struct ChunkTally {
    int chunk = 0;
    std::uint64_t done_bytes = 0;
    std::uint64_t total_bytes = 0;
    double elapsed_seconds = 0;
    bool finished = false;
    bool operator==(const ChunkTally&) const = default;
};

struct TotalTally {
    std::uint64_t source_bytes = 0; ///< done since the start
    double elapsed_seconds = 0;     ///< since the start
    double mib_per_minute = 0;
    bool operator==(const TotalTally&) const = default;
};

class Tally {
public:
    using Span = WorkClock::Span;

    /// All times are those of a WorkClock.
    void add_job(int chunk, JobId job, std::uint64_t source_bytes, int renditions, Span now);
    /// Of one rendition, from 0 to 1; a smaller one than before is passed over.
    void set_fraction(JobId job, int crf, double fraction);
    /// How much of the rendition is done by its segment that begins there. The rendition is as far
    /// as all its segments together.
    void set_segment(JobId job, int crf, std::int64_t start, double fraction);
    double fraction(JobId job, int crf) const;
    /// What of it is done now: less than its fraction where segments have to be made again.
    double done_now(JobId job, int crf) const;
    /// Of a job whose ladder was another when it was added.
    void set_renditions(JobId job, int renditions);
    /// All of it counts as done.
    void end_job(JobId job, Span now);
    /// It was given back or lost: it counts no more.
    void drop_job(JobId job, Span now);

    /// The chunks that are under way and at most ten that are finished, oldest first.
    std::vector<ChunkTally> chunks(Span now) const;
    TotalTally total(Span now) const;

private:
    struct JobTally {
        int chunk = 0;
        std::uint64_t source_bytes = 0;
        int renditions = 0;
        bool ended = false;
        std::map<int, double> fractions;
        std::map<int, std::map<std::int64_t, double>> segments; ///< by CRF and start
        std::uint64_t done_bytes() const;
        std::uint64_t total_bytes() const;
    };
    struct Chunk {
        Span begun{};
        std::optional<Span> ended;
        std::uint64_t ended_bytes = 0; ///< of jobs that ended
    };
    void leave(JobId job, Span now);
    void forget_old_chunks();

    std::map<JobId, JobTally> jobs_; ///< of chunks that are under way
    std::map<int, Chunk> chunks_;
    std::uint64_t done_before_ = 0; ///< of jobs that are no longer in jobs_
};

} // namespace av1encd
