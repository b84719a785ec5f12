#pragma once
// What a client can see, as plain structs, and their JSON: the fields of `--json`, the socket and
// the text views. Sources are text here (source_to_text), times are ISO 8601 in UTC.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

struct HoldStatus {
    std::string reason; ///< operator, cpu, schedule, share, disk
    std::string text;   ///< why, and by whom
    std::string since;
    std::optional<std::string> until;
    bool operator==(const HoldStatus&) const = default;
};

/// An empty slot has no source and no pid.
struct SlotStatus {
    int slot = 0;
    std::optional<int> pid;
    std::optional<std::string> source;
    std::optional<int> crf;
    std::optional<int> segment; ///< from 1
    std::optional<int> segments;
    std::uint64_t done_bytes = 0; ///< of this segment, in source bytes
    std::uint64_t total_bytes = 0;
    double elapsed_s = 0;
    std::optional<double> eta_s;
    double fps = 0;
    bool operator==(const SlotStatus&) const = default;
};

struct ChunkStatus {
    std::string chunk;            ///< chunk01
    std::uint64_t done_bytes = 0; ///< source bytes times renditions
    std::uint64_t total_bytes = 0;
    double elapsed_s = 0;
    bool finished = false;
    bool operator==(const ChunkStatus&) const = default;
};

struct JobCountStatus {
    std::uint64_t waiting = 0, unreadable = 0, active = 0, done = 0, failed = 0, skipped = 0;
    bool operator==(const JobCountStatus&) const = default;
};

struct TotalStatus {
    std::uint64_t source_bytes = 0; ///< done since the start, times renditions
    double elapsed_s = 0;
    double mib_per_min = 0;
    bool operator==(const TotalStatus&) const = default;
};

struct Status {
    std::string version;
    std::string machine;
    std::string state; ///< starting running idle paused draining stopping
    std::vector<HoldStatus> holds;
    std::vector<SlotStatus> slots;
    std::vector<ChunkStatus> chunks;
    JobCountStatus jobs;
    TotalStatus totals;
    bool operator==(const Status&) const = default;
};

struct RenditionStatus {
    int crf = 0;
    std::string state;
    double fraction = 0;
    int segments = 0;
    std::uint64_t output_bytes = 0;
    int attempts = 0;
    bool operator==(const RenditionStatus&) const = default;
};

struct JobStatus {
    std::string source;
    std::string state; ///< claimed encoding publishing done failed skipped
    std::string chunk;
    std::uint64_t source_bytes = 0;
    std::string error;
    std::vector<RenditionStatus> renditions;
    bool operator==(const JobStatus&) const = default;
};

struct AttemptStatus {
    std::string task; ///< probe decode audio segment join check
    std::optional<int> crf;
    int number = 1;
    std::string cause;
    std::vector<std::string> last_lines;
    std::string time;
    bool operator==(const AttemptStatus&) const = default;
};

/// `show`: a job with everything that happened to it.
struct JobDetailStatus {
    JobStatus job;
    std::string sha256;
    std::string output_name;
    std::string claimed_at;
    std::optional<std::string> ended_at;
    std::vector<std::string> notes; ///< what was left out or changed
    std::vector<AttemptStatus> attempts;
    std::vector<std::string> current_tasks; ///< "check of CRF 24", "decode of the source"
    bool operator==(const JobDetailStatus&) const = default;
};

/// `history`: a finished rendition.
struct HistoryStatus {
    std::string time;
    std::string source;
    int crf = 0;
    std::uint64_t source_bytes = 0;
    std::uint64_t output_bytes = 0;
    double ratio = 0; ///< output to source bytes
    double encode_s = 0;
    double speed = 0;   ///< seconds of video per second
    std::string output; ///< path
    bool operator==(const HistoryStatus&) const = default;
};

/// One line of `tail`.
struct EventStatus {
    std::string event; ///< e.g. segment-done
    std::string time;
    std::string message;
    std::optional<std::string> source;
    std::optional<int> crf;
    std::optional<int> segment;
    std::optional<std::string> chunk;
    std::optional<double> fraction;
    std::optional<double> fps;
    bool operator==(const EventStatus&) const = default;
};

std::string to_json(const Status& status);
std::string to_json(const std::vector<JobStatus>& jobs);
std::string to_json(const JobDetailStatus& job);
std::string to_json(const std::vector<HistoryStatus>& history);
std::string to_json(const EventStatus& event);

// Throw Error where the text does not hold such a thing.
Status status_from_json(std::string_view text);
std::vector<JobStatus> jobs_from_json(std::string_view text);
JobDetailStatus job_detail_from_json(std::string_view text);
std::vector<HistoryStatus> history_from_json(std::string_view text);
EventStatus event_from_json(std::string_view text);

} // namespace av1encd
