#include "daemon/core/ffmpeg_progress.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace av1encd {

namespace {

/// What ffmpeg does not know yet ("N/A") leaves the value as it is.
template <typename Number>
void take_number(std::string_view text, Number& value) {
    // ffmpeg pads some numbers with blanks.
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    Number number{};
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc())
        value = number;
}

} // namespace

std::optional<Progress> ProgressParser::take_line(std::string_view line) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos)
        return std::nullopt;
    const auto key = line.substr(0, equals);
    const auto value = line.substr(equals + 1);
    if (key == "frame")
        take_number(value, next_.frames);
    else if (key == "fps")
        take_number(value, next_.fps);
    else if (key == "total_size")
        take_number(value, next_.output_bytes);
    else if (key == "out_time_us") {
        std::int64_t microseconds = 0;
        take_number(value, microseconds);
        next_.out_time = std::chrono::microseconds(microseconds);
    } else if (key == "progress") {
        next_.ended = value == "end";
        return std::exchange(next_, Progress{});
    }
    return std::nullopt;
}

} // namespace av1encd
