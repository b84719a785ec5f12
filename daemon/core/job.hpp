#pragma once
// The words of a job that ledger, pipeline and status share: what is recorded of a source on its
// way through the ladder. Times are seconds since the epoch, as the caller's clock gave them.

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace av1encd {

using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// Given by the ledger; names the job's folder in work_dir; never used twice.
struct JobId {
    std::int64_t value = 0;
    auto operator<=>(const JobId&) const = default;
};

/// `publishing` from the moment on that only copying, retiring and checks are left.
enum class JobState { claimed, encoding, publishing, done, failed, skipped };
enum class RenditionState { waiting, encoding, checking, publishing, done, failed };
enum class TaskKind { probe, decode, audio, segment, join, check };

/// What a file's metadata said; two equal ones mean 'not touched in between'. `inode` is 0 where
/// the file system has no stable one.
struct FileState {
    std::uint64_t bytes = 0;
    std::int64_t modified_ns = 0; ///< the server's clock; only ever compared for equality
    bool operator==(const FileState&) const = default;
};

/// [start, end) in the source's time base; end nullopt: to the end of the video.
struct SegmentRange {
    std::int64_t start = 0;
    std::optional<std::int64_t> end;
    auto operator<=>(const SegmentRange&) const = default;
};

struct Job {
    JobId id;
    std::string source; ///< relative to to_assign, bytes
    std::string
        claimed_path; ///< relative to in_progress/<machine>; differs where the name was taken
    int chunk = 0;
    FileState file;     ///< as claimed
    std::string sha256; ///< hex; empty until staged
    std::string
        output_name; ///< relative path of every rendition in its CRF's folder; empty until planned
    std::string settings; ///< that it was planned with (encode_settings); empty until planned
    std::string plan;     ///< fingerprint of what its files depend on; another: they are made anew
    JobState state = JobState::claimed;
    std::string error;        ///< why it failed, for a person; empty otherwise
    std::string retired_path; ///< name in done or failed, relative to it; set before the rename
    std::vector<std::string> notes; ///< what was left out or changed, one sentence each
    WallTime claimed_at{};
    std::optional<WallTime> ended_at;
    bool operator==(const Job&) const = default;
};

struct Rendition {
    JobId job;
    int crf = 0;
    RenditionState state = RenditionState::waiting;
    int segments = 0;               ///< 0 until planned
    std::uint64_t output_bytes = 0; ///< 0 until joined
    std::string output_sha256;      ///< of the joined file, set before publishing begins
    std::string error;              ///< why it failed
    double encode_seconds = 0;      ///< wall time of its segments, stopped time excluded
    std::optional<WallTime> ended_at;
    int attempts = 0; ///< that did not end well; counted by the ledger, never saved
    bool operator==(const Rendition&) const = default;
};

struct KeptSegment {
    JobId job;
    int crf = 0;
    SegmentRange range;
    std::string fingerprint; ///< source hash, encoder argv, ffmpeg and encoder versions
    std::uint64_t bytes = 0;
    double encode_seconds = 0;
    bool operator==(const KeptSegment&) const = default;
};

/// One run of a child process that did not end well (good ones are not kept).
struct Attempt {
    JobId job;
    TaskKind task = TaskKind::segment;
    std::optional<int> crf{}; ///< nullopt: the task is shared by the ladder
    SegmentRange range;
    int number = 1;
    std::string cause;                   ///< one line for a person
    std::vector<std::string> last_lines; ///< of stderr, at most ten
    WallTime ended_at{};
    bool operator==(const Attempt&) const = default;
};

/// A finished rendition, kept after its job has left the ledger's open jobs.
struct HistoryEntry {
    std::string source;
    int crf = 0;
    std::uint64_t source_bytes = 0;
    std::uint64_t output_bytes = 0;
    double encode_seconds = 0;
    double video_seconds = 0;
    WallTime finished_at{};
    std::string output; ///< path of the rendition, relative to the output's root
    bool operator==(const HistoryEntry&) const = default;
};

std::string to_string(JobState state);
std::string to_string(RenditionState state);
std::string to_string(TaskKind kind);
std::optional<JobState> job_state_from(std::string_view word);
std::optional<RenditionState> rendition_state_from(std::string_view word);
std::optional<TaskKind> task_kind_from(std::string_view word);

} // namespace av1encd
