#pragma once
// The daemon's status as lines for people: pure, so that a live view can draw the same lines.
//
//     Slot 01 | [24] sample1.mp4      ████████  82MB/100MB [00:24<00:05, 3.5MB/s]
//     Slot 02 | Waiting...
//     Chunk 01                        ████████ 145MB/150MB ✓ size=145MB • elapsed=00:39

#include "common/status.hpp"
#include "ctl/screen.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

/// Slots and chunks share their columns; on a terminal the bars take what is left of a line, and
/// long names are cut in the middle.
struct StatusLines {
    std::vector<std::string> head; ///< machine, state, holds, counts, totals
    std::vector<std::string> slots;
    std::vector<std::string> chunks;
    bool operator==(const StatusLines&) const = default;
};

StatusLines status_lines(const Status& status, const Screen& screen);

/// Stands for a state where the daemon does not tell any.
inline constexpr std::string_view unknown_state = "unknown";

/// The same as one text: head, slots and chunks with an empty line between them.
std::string render(const Status& status, const Screen& screen);

/// An ISO 8601 time of the status as local time; anything else as it is.
std::string shown_time(const std::string& iso);
/// Its hours, minutes and seconds.
std::string shown_clock(const std::string& iso);

} // namespace av1encd
