#include "daemon/pipeline/ports/events.hpp"

namespace av1encd {

std::string to_string(EventKind kind) {
    switch (kind) {
    case EventKind::started: return "started";
    case EventKind::stopping: return "stopping";
    case EventKind::claimed: return "claimed";
    case EventKind::staged: return "staged";
    case EventKind::planned: return "planned";
    case EventKind::left_out: return "left-out";
    case EventKind::segment_started: return "segment-started";
    case EventKind::segment_done: return "segment-done";
    case EventKind::attempt_failed: return "attempt-failed";
    case EventKind::rendition_done: return "rendition-done";
    case EventKind::rendition_failed: return "rendition-failed";
    case EventKind::source_done: return "source-done";
    case EventKind::source_failed: return "source-failed";
    case EventKind::source_skipped: return "source-skipped";
    case EventKind::source_returned: return "source-returned";
    case EventKind::strange_name: return "strange-name";
    case EventKind::chunk_done: return "chunk-done";
    case EventKind::paused: return "paused";
    case EventKind::resumed: return "resumed";
    case EventKind::cleaned_up: return "cleaned-up";
    case EventKind::hold_set: return "hold-set";
    case EventKind::hold_lifted: return "hold-lifted";
    case EventKind::share_lost: return "share-lost";
    case EventKind::share_back: return "share-back";
    case EventKind::claim_lost: return "claim-lost";
    case EventKind::reloaded: return "reloaded";
    case EventKind::progress: return "progress";
    case EventKind::note: return "note";
    }
    return "note";
}

} // namespace av1encd
