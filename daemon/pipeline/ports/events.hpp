#pragma once
// The door through which the pipeline speaks: logging makes journal lines and log files of what it
// hears, the control socket sends the same to `tail`.

#include "daemon/core/job.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace av1encd {

enum class EventKind {
    started,
    stopping,
    claimed,
    staged,
    planned,
    left_out,
    segment_started,
    segment_done,
    attempt_failed,
    rendition_done,
    rendition_failed,
    source_done,
    source_failed,
    source_skipped,
    source_returned,
    strange_name,
    chunk_done,
    paused,
    resumed,
    cleaned_up,
    hold_set,
    hold_lifted,
    share_lost,
    share_back,
    claim_lost,
    reloaded,
    progress, ///< for `tail` only, never logged
    note,
};

enum class Severity { debug, info, notice, warning, error };

struct Event {
    EventKind kind = EventKind::note;
    Severity severity = Severity::info;
    std::string message; ///< one line for a person; empty for progress
    std::string source;  ///< bytes; empty where it is about none
    std::optional<int> crf;
    std::optional<int> segment;       ///< from 1
    int chunk = 0;                    ///< 0: none
    std::vector<std::string> details; ///< the encoder's whole output; to the log files
    double fraction = 0;              ///< for progress: of the rendition
    double fps = 0;                   ///< for progress
};

/// "claimed", "segment-started" …: the word in `tail --json`.
std::string to_string(EventKind kind);

class Events {
public:
    virtual ~Events() = default;
    virtual void publish(const Event& event) = 0;
};

/// The daemon's own log files, as the share's log folder gets them.
class LogFiles {
public:
    virtual ~LogFiles() = default;
    /// Closes the files written to, begins new ones with the next line, and names every closed file
    /// that is still in work_dir/logs: those to be handed over. Empty ones are removed.
    virtual std::vector<std::string> rotate() = 0;
    virtual std::string path_of(const std::string& name) const = 0;
    virtual void remove(const std::string& name) = 0;
};

} // namespace av1encd
