#pragma once
// One job while it is worked on: what is known of it, where its files lie, and how its parts wait
// for each other. Owned by its JobRunner; one thread.

#include "daemon/core/encode_plan.hpp"
#include "daemon/core/frame_times.hpp"
#include "daemon/core/memory_limits.hpp"
#include "daemon/pipeline/context.hpp"
#include "daemon/pipeline/notifier.hpp"
#include "daemon/pipeline/task_runner.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace av1encd {

/// One of this machine's output names, in use until the destruction of this.
class OutputNameInUse {
public:
    OutputNameInUse(std::set<std::string>& names, std::string name);
    ~OutputNameInUse();
    OutputNameInUse(const OutputNameInUse&) = delete;
    OutputNameInUse& operator=(const OutputNameInUse&) = delete;

private:
    std::set<std::string>& names_;
    std::string name_;
};

struct JobInHand {
    JobInHand(Context& all, JobDetails recorded);
    JobInHand(const JobInHand&) = delete; // its tasks know where its job lies
    JobInHand& operator=(const JobInHand&) = delete;

    Context& context;
    Job job;
    std::map<int, Rendition> renditions; ///< by CRF
    std::vector<KeptSegment> kept;
    TaskRunner tasks;
    std::string demuxers; ///< those of share.extensions; once probed, the one that reads it

    std::optional<OutputNameInUse> output_name_in_use;
    EncodePlan plan;
    PacketTimes packets;
    std::optional<FrameTimes> source_times; ///< set once the source was found sound, or kept
    /// Until its renditions say themselves what is left of them.
    std::optional<WorkAhead::Entry> unplanned;
    /// While it is found out what cuts at the places in `plan.cuts` cost: up to where it is known.
    std::optional<std::int64_t> cuts_studied_until;
    int costly_cuts = 0; ///< found so far
    bool audio_wanted = false;
    bool audio_ready = false;
    Notifier changed;

    std::filesystem::path source_file() const { return folder() / "source"; }
    std::filesystem::path frame_times_file() const { return folder() / "frame_times"; }
    /// What a decode gave before anything was said of it.
    std::filesystem::path unjudged_times_file() const { return folder() / "decoded"; }
    std::filesystem::path audio_file() const { return folder() / "audio"; }
    std::filesystem::path rendition_file(int crf, const std::string& name) const;
    SharePath claimed() const { return {Place::in_progress, job.claimed_path}; }
    /// Where a rendition is published.
    SharePath output(int crf) const { return output(crf, job.output_name); }
    SharePath output(int crf, const std::string& name) const;

    MachineSize machine() const;

    /// Whether it is known what cuts in this range cost, as far as it can be known.
    bool cuts_are_studied(const SegmentRange& range) const;
    /// The same, of the places where the first ones may be.
    Awaitable<void> until_first_cuts_are_studied();
    Awaitable<void> until_source_is_judged();
    Awaitable<void> until_audio_is_ready();

    Awaitable<void> save();
    Awaitable<void> save(int crf);
    /// One line about this job.
    void say(EventKind kind, Severity severity, std::string message,
             std::optional<int> crf = std::nullopt,
             std::optional<int> segment = std::nullopt) const;

private:
    std::filesystem::path folder() const { return context.work_dir.job_folder(job.id); }
};

} // namespace av1encd
