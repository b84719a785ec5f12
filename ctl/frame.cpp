#include "ctl/frame.hpp"

#include "ctl/display_width.hpp"

#include <fmt/format.h>

#include <string_view>

namespace av1encd {

namespace {

// Synchronized output: a terminal that knows it shows the whole at once, others ignore it.
constexpr std::string_view hold_back = "\x1b[?2026h";
constexpr std::string_view show = "\x1b[?2026l";
constexpr std::string_view erase_to_end = "\x1b[K";

std::string_view line_of(const Frame& frame, std::size_t row) {
    return row < frame.lines.size() ? std::string_view(frame.lines[row]) : std::string_view();
}

} // namespace

std::string update(const std::optional<Frame>& before, const Frame& next) {
    const bool anew = !before || before->size != next.size;
    std::string changes;
    for (std::size_t row = 0; row < next.size.rows; ++row) {
        const auto line = line_of(next, row);
        if (!anew && line == line_of(*before, row))
            continue;
        changes += fmt::format("\x1b[{};1H{}", row + 1, line);
        // After a character in the last column the cursor still is on it: it would be erased.
        if (display_width(line) < next.size.columns)
            changes += erase_to_end;
    }
    return changes.empty() ? changes : fmt::format("{}{}{}", hold_back, changes, show);
}

} // namespace av1encd
