#pragma once
// How a task's child process ended -> what to do now. One sentence for a person with each.

#include "daemon/core/ffmpeg_args.hpp"
#include "daemon/core/job.hpp"
#include "daemon/core/process_outcome.hpp"

#include <string>
#include <variant>

namespace av1encd {

/// The process did what it was asked. What it made is judged elsewhere: FFmpeg's exit status proves
/// nothing.
struct TaskDone {
    bool operator==(const TaskDone&) const = default;
};
/// May pass by itself; counts against `retries`.
struct TryAgain {
    std::string cause;
    SegmentTweaks tweaks; ///< what the next attempt does otherwise
    bool operator==(const TryAgain&) const = default;
};
/// The source's own fault, or something that no further attempt mends.
struct GiveUp {
    std::string cause;
    bool operator==(const GiveUp&) const = default;
};
/// This machine's fault, whatever the source. Does not count as an attempt.
struct DiskFull {
    std::string cause;
    bool operator==(const DiskFull&) const = default;
};
/// The same: the program could not be started at all, as while ffmpeg is being upgraded.
struct NotRunnable {
    std::string cause;
    bool operator==(const NotRunnable&) const = default;
};
/// An encoder did nothing any more and was killed. An attempt, but none that counts against
/// `retries`: a stranger may have stopped it, or the machine may be at fault. Of other tasks, which
/// only read, it is a failure like any other; so is one for lack of memory (TryAgain).
struct Stalled {
    std::string cause;
    bool operator==(const Stalled&) const = default;
};
/// It was killed to give its memory back; no attempt at all.
struct CleanedUp {
    bool operator==(const CleanedUp&) const = default;
};

using TaskVerdict =
    std::variant<TaskDone, TryAgain, GiveUp, DiskFull, NotRunnable, Stalled, CleanedUp>;

/// `free_bytes` of work_dir when it ended: ffmpeg's messages alone do not tell a full disk.
/// Another exit status than 0 of `decode` and `check` is the file's own fault (GiveUp); who can
/// tell more of it (judge_source, reason_to_reject) looks at the outcome instead.
TaskVerdict judge_task(TaskKind task, const ProcessOutcome& outcome, std::uint64_t free_bytes,
                       const SegmentTweaks& tweaks);

} // namespace av1encd
