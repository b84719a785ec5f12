#include "daemon/core/encoder_verdict.hpp"

#include "common/human_format.hpp"
#include "common/source_text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <span>
#include <string_view>

namespace av1encd {

namespace {

// Below this a failed write is taken for the disk's: ffmpeg buffers up to 256 KiB, and reports some
// failed writes as 'Invalid argument' or 'Input/output error'.
constexpr std::uint64_t as_good_as_full = 1 << 20;

// The shell's and the loader's status for a program that is there but cannot run.
constexpr int cannot_execute = 126;
constexpr int not_loadable = 127;

constexpr std::array<std::string_view, 2> disk_is_full = {
    "No space left on device",
    "Disk quota exceeded",
};

constexpr std::array<std::string_view, 4> write_failed = {
    "Error writing trailer",
    "av_interleaved_write_frame()",
    "Error closing file",
    "Error opening output file",
};

// FFmpeg's words, and those of SVT-AV1, libaom and rav1e.
constexpr std::array<std::string_view, 6> memory_is_short = {
    "Cannot allocate memory",  "Could not allocate memory", "allocate memory failed",
    "Memory allocation error", "memory allocation of",      "insufficient resources",
};

// Where there is no memory for the stack of one more, or the service has its most (TasksMax=).
constexpr std::array<std::string_view, 3> threads_are_short = {
    "Resource temporarily unavailable",
    "thread creation failed",
    "ff_frame_thread_encoder_init failed",
};

// The encoder or the container says that it will never take this.
constexpr std::array<std::string_view, 13> refused_for_good = {
    "Error setting option",
    "Error setting encoder parameters",
    "Error while opening encoder",
    "Error splitting the argument list",
    "Error parsing options",
    "Unable to parse option",
    "Unknown encoder",
    "Unknown decoder",
    "Decoder (codec none) not found",
    "not currently supported in container",
    "Could not write header",
    "No such filter",
    "Unable to find a suitable output format",
};

struct FormatName {
    std::string_view demuxer;
    std::string_view name;
};
constexpr std::array<FormatName, 11> formats = {{
    {"matroska", "Matroska"},
    {"mov,mp4", "MP4 or QuickTime"},
    {"mpegts", "an MPEG transport stream"},
    {"mpeg", "an MPEG program stream"},
    {"avi", "AVI"},
    {"flv", "Flash video"},
    {"hls", "a playlist (HLS)"},
    {"dash", "a playlist (DASH)"},
    {"concat", "a list of files (ffconcat)"},
    {"sdp", "a description of network streams (SDP)"},
    {"srt", "subtitles (SubRip)"},
}};

const std::string* line_with(const ProcessOutcome& outcome,
                             std::span<const std::string_view> phrases) {
    const auto found = std::ranges::find_if(outcome.stderr_lines, [&](const std::string& line) {
        return std::ranges::any_of(
            phrases, [&](std::string_view phrase) { return line.find(phrase) != line.npos; });
    });
    return found == outcome.stderr_lines.end() ? nullptr : &*found;
}

bool machine_cannot_run_it(const ProcessOutcome& outcome) {
    return !outcome.start_error.empty() || outcome.exit_status == cannot_execute ||
           outcome.exit_status == not_loadable;
}

bool ran_out_of_disk(const ProcessOutcome& outcome, std::uint64_t free_bytes) {
    return line_with(outcome, disk_is_full) != nullptr ||
           (free_bytes < as_good_as_full && line_with(outcome, write_failed) != nullptr);
}

/// libaom 3.6 and older, some clips with few frames: "Assertion `stats_in > …->stats_in_start'".
bool is_lag_assertion(const ProcessOutcome& outcome) {
    return std::ranges::any_of(outcome.stderr_lines, [](const std::string& line) {
        return line.find("Assertion") != line.npos && line.find("stats_in >") != line.npos &&
               line.find("stats_in_start") != line.npos;
    });
}

/// What would have taken it beyond is not seen, so a tenth may be missing: encoders ask for little
/// at a time.
bool was_near_its_limit(const ProcessOutcome& outcome) {
    const auto limit = outcome.memory_limit_bytes;
    return limit > 0 &&
           std::max(outcome.data_bytes, outcome.peak_memory_bytes) >= limit - limit / 10;
}

/// Many say nothing of it, or crash, or (SVT-AV1 1.4.1) wait for ever for a thread that they could
/// not start.
bool ran_out_of_memory(const ProcessOutcome& outcome) {
    return line_with(outcome, memory_is_short) != nullptr ||
           line_with(outcome, threads_are_short) != nullptr || was_near_its_limit(outcome);
}

/// Each process has a limit of its own, which is seldom what the machine has.
std::string out_of_memory(const ProcessOutcome& outcome) {
    const bool memory = was_near_its_limit(outcome) || line_with(outcome, memory_is_short);
    auto cause = fmt::format("out of memory{}: {}", memory ? "" : " or threads",
                             describe_with_reason(outcome));
    if (outcome.memory_limit_bytes > 0)
        cause += fmt::format("; one such process may take {}: fewer encode.threads need less, "
                             "AV1ENCD_FFMPEG_MEMORY allows more",
                             human_size(outcome.memory_limit_bytes));
    return cause;
}

std::string cause_of_signal(const ProcessOutcome& outcome) {
    constexpr int sigkill = 9;
    auto cause = describe_with_reason(outcome);
    if (outcome.signal == sigkill && outcome.stall.empty())
        cause += "; this machine may be out of memory";
    return cause;
}

TaskVerdict judge_signal(const ProcessOutcome& outcome, SegmentTweaks tweaks) {
    if (is_lag_assertion(outcome))
        tweaks.no_lag_in_frames = true;
    return TryAgain{cause_of_signal(outcome), tweaks};
}

/// "[hls @ 0x563d23075a40] Format not on whitelist 'mov'" -> "hls"
std::string_view demuxer_of(std::string_view line) {
    if (!line.starts_with('['))
        return {};
    line.remove_prefix(1);
    return line.substr(0, std::min(line.find(' '), line.find(']')));
}

std::string name_of_format(std::string_view demuxer) {
    const auto known = std::ranges::find_if(formats, [demuxer](const FormatName& format) {
        return demuxer.starts_with(format.demuxer);
    });
    return known == formats.end() ? printable(demuxer) : std::string(known->name);
}

GiveUp refuse_format(const ProcessOutcome& outcome) {
    constexpr std::string_view not_allowed = "Format not on whitelist";
    if (const auto* line = line_with(outcome, {&not_allowed, 1})) {
        return {fmt::format("is {}, which share.extensions does not name",
                            name_of_format(demuxer_of(*line)))};
    }
    const auto line = telling_line(outcome);
    return {"is not a video that av1encd reads: " + (line.empty() ? describe(outcome) : line)};
}

TaskVerdict judge_exit(TaskKind task, const ProcessOutcome& outcome, const SegmentTweaks& tweaks) {
    if (task == TaskKind::decode || task == TaskKind::check) {
        return GiveUp{"does not decode: " + describe_with_reason(outcome)};
    }
    if (task == TaskKind::probe)
        return refuse_format(outcome);
    if (line_with(outcome, refused_for_good))
        return GiveUp{telling_line(outcome)};
    return TryAgain{describe_with_reason(outcome), tweaks};
}

} // namespace

TaskVerdict judge_task(TaskKind task, const ProcessOutcome& outcome, std::uint64_t free_bytes,
                       const SegmentTweaks& tweaks) {
    // One that ended by itself in the same moment did its work.
    if (outcome.cleaned_up && !outcome.exit_status)
        return CleanedUp{};
    if (machine_cannot_run_it(outcome))
        return NotRunnable{describe_with_reason(outcome)};
    if (ran_out_of_disk(outcome, free_bytes))
        return DiskFull{telling_line(outcome)};
    if (!outcome.ended_well() && ran_out_of_memory(outcome))
        return TryAgain{out_of_memory(outcome), tweaks};
    const bool encodes = task == TaskKind::segment || task == TaskKind::audio;
    if (outcome.signal && !outcome.stall.empty() && encodes)
        return Stalled{describe_with_reason(outcome)};
    if (outcome.signal)
        return judge_signal(outcome, tweaks);
    if (!outcome.ended_well())
        return judge_exit(task, outcome, tweaks);
    if (line_with(outcome, write_failed)) {
        return TryAgain{"writing failed: " + telling_line(outcome), tweaks};
    }
    return TaskDone{};
}

} // namespace av1encd
