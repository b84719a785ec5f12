#pragma once
// A picture on a terminal, and what turns the one before into it.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace av1encd {

struct WindowSize {
    std::size_t columns = 80;
    std::size_t rows = 24;
    bool operator==(const WindowSize&) const = default;
};

struct Frame {
    WindowSize size;
    std::vector<std::string>
        lines; ///< from the top, no wider than the window; what is left is blank
};

/// What to write to a terminal that shows `before`, or anything where that is nullopt, so that it
/// shows `next`: only the lines that differ, to be shown at once. Empty: it is the same picture.
std::string update(const std::optional<Frame>& before, const Frame& next);

} // namespace av1encd
