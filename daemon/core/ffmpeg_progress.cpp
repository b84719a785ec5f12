#include "daemon/core/ffmpeg_progress.hpp"

#include <charconv>
#include <utility>

namespace av1encd {

namespace {

/// Leaves `value` alone where the text is no number: ffmpeg writes `N/A` for what it does not know.
template <typename Number>
void read_number(std::string_view text, Number& value) {
    const auto begin = text.find_first_not_of(' ');
    if (begin != std::string_view::npos)
        std::from_chars(text.data() + begin, text.data() + text.size(), value);
}

} // namespace

std::optional<Progress> ProgressParser::take_line(std::string_view line) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos)
        return std::nullopt;
    const auto key = line.substr(0, equals);
    const auto value = line.substr(equals + 1);
    if (key == "frame") {
        read_number(value, next_.frames);
    } else if (key == "fps") {
        read_number(value, next_.fps);
    } else if (key == "out_time_us") {
        std::int64_t time = next_.out_time.count();
        read_number(value, time);
        next_.out_time = std::chrono::microseconds(time);
    } else if (key == "total_size") {
        read_number(value, next_.output_bytes);
    } else if (key == "progress") {
        next_.ended = value == "end";
        return next_;
    }
    return std::nullopt;
}

} // namespace av1encd
