#pragma once
// The segments of one rendition: which are kept from an earlier run, which wait, run and are done.
// A segment that waits may be cut finer when its turn comes, where slots would otherwise stand
// empty before the end.
//
// Owned by its RenditionRunner.

#include "daemon/pipeline/coroutine_scope.hpp"
#include "daemon/pipeline/job_in_hand.hpp"

#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace av1encd {

class RenditionSegments {
public:
    RenditionSegments(JobInHand& hand, int crf);

    using Failure = std::optional<std::string>; ///< nullopt: it went well

    /// Until every segment lies in work_dir.
    Awaitable<Failure> encode();
    /// Whether each holds the pictures of its range in the source's list, which has to be there by
    /// then. Those that do not are gone afterwards; the answer is what the first of them is like.
    Awaitable<Failure> verify();
    /// For those who look at what is left to be encoded.
    void are_not_needed() { ahead_.reset(); }
    /// Drops what was made; from now on the rendition is one segment.
    void give_up_cutting();

    /// In time's order.
    std::vector<SegmentFile> files() const;
    /// Wall time of their encoders, stopped time excluded.
    double encode_seconds() const;

private:
    struct Running {
        SegmentRange range;
        double fraction = 0;
    };
    using InWork = std::list<Running>::iterator;

    void take_up_kept();
    void plan_the_rest();
    void use_what_is_known_of_cuts();
    Awaitable<void> encode_all(CoroutineScope& looks);
    Awaitable<void> encode_while_some_wait();
    Awaitable<void> cancel_once_done(CoroutineScope& scope);
    Awaitable<void> encode_next();
    SegmentRange take_next(const WorkLeft& left);
    SegmentRange begin_with_a_piece(const SegmentRange& range, double piece);
    void fill_in(Task& task, InWork segment, int threads);
    Awaitable<void> keep(SegmentRange range, ProcessOutcome outcome);
    Awaitable<void> look_at_those_done();
    Awaitable<void> look_at_all_there();
    std::optional<SegmentRange> next_to_look_at() const;
    Awaitable<Failure> difference_of(SegmentRange range);
    void drop(const SegmentRange& range);

    std::string what(const SegmentRange& range) const;
    int number_of(const SegmentRange& range) const;
    int count() const;
    bool all_are_done() const { return waiting_.empty() && running_.empty(); }
    WorkLeft work_left() const;
    double pixels_of(const SegmentRange& range) const;
    double work_of(const SegmentRange& range) const;
    double share_of(const SegmentRange& range) const;
    double seconds_of(const SegmentRange& range) const;
    EncoderRecord::Kind kind() const;
    std::filesystem::path file_of(const SegmentRange& range) const;
    std::string fingerprint(const SegmentRange& range) const;
    int threads_for(double work, const WorkLeft& left) const;

    JobInHand& hand_;
    Context& context_;
    int crf_;
    bool cut_ = true;
    bool planned_ = false;
    int costly_cuts_known_ = 0;         ///< when the rest was planned
    std::vector<SegmentRange> waiting_; ///< in time's order
    std::list<Running> running_;
    std::map<SegmentRange, KeptSegment> done_;
    std::map<SegmentRange, Failure> differences_; ///< of those done that were looked at
    Failure failure_;
    Notifier changed_;
    std::optional<WorkAhead::Entry> ahead_; ///< until nothing of it is to be encoded
};

} // namespace av1encd
