#pragma once
// ffmpeg's -progress lines -> how far it is.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace av1encd {

struct Progress {
    std::int64_t frames = 0;
    double fps = 0;
    std::chrono::microseconds out_time{};
    std::uint64_t output_bytes = 0;
    bool ended = false; ///< says only that ffmpeg closed its output, not that it is whole
    bool operator==(const Progress&) const = default;
};

class ProgressParser {
public:
    /// One line without its newline; a Progress where it ends a block.
    std::optional<Progress> take_line(std::string_view line);

private:
    Progress next_;
};

} // namespace av1encd
