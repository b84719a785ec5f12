#pragma once
// The screen of `av1ctl top`, from top to bottom: messages, the machine with its holds and totals,
// a bar for each slot, a divider, a bar for each chunk. Pure, but for the time zone.

#include "common/status.hpp"
#include "ctl/screen.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace av1encd {

struct LiveMessage {
    std::string clock; ///< "12:00:05"
    std::string text;  ///< printable
    Style style = Style::plain;
    bool operator==(const LiveMessage&) const = default;
};

struct LiveState {
    Status status;                     ///< the last that the daemon told
    std::string trouble;               ///< why it tells nothing now; empty: it does
    std::vector<LiveMessage> messages; ///< the newest last
};

/// nullopt: a matter for the bars, not for a message.
std::optional<LiveMessage> message_of(const EventStatus& event);

/// `screen` is a terminal. At most `rows` lines, none wider than the screen. Where there are too
/// few rows messages give way first, then finished chunks, the oldest first, then other chunks,
/// slots that wait, other slots.
std::vector<std::string> render(const LiveState& state, const Screen& screen, std::size_t rows);

/// The whole as text, without messages, where it is shown once.
std::string render_once(const Status& status, const Screen& screen);

} // namespace av1encd
