#include "daemon/core/packet_times.hpp"

#include "daemon/core/line_pieces.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace av1encd {

namespace {

std::string_view cut_field(std::string_view& line) {
    const auto comma = std::min(line.find(','), line.size());
    const auto field = line.substr(0, comma);
    line.remove_prefix(std::min(comma + 1, line.size()));
    return field;
}

std::optional<std::int64_t> time_from(std::string_view field) {
    std::int64_t value = 0;
    const auto result = std::from_chars(field.data(), field.data() + field.size(), value);
    if (result.ec != std::errc{} || result.ptr != field.data() + field.size())
        return std::nullopt;
    return value;
}

bool has_flag(std::string_view flags, char flag) {
    return flags.find(flag) != flags.npos;
}

} // namespace

void PacketTimesParser::feed(std::string_view text) {
    for_each_line(rest_, text, [this](std::string_view line) { take_line(line); });
}

void PacketTimesParser::take_line(std::string_view line) {
    if (line.find(',') == line.npos)
        return;
    const auto presented = time_from(cut_field(line));
    const auto decoded = time_from(cut_field(line));
    const auto flags = cut_field(line);
    const bool shown = !has_flag(flags, 'D');

    if (decoded && last_decoding_time_ && *decoded < *last_decoding_time_)
        times_.jumps_back = true;
    if (decoded)
        last_decoding_time_ = decoded;
    if (has_flag(flags, 'C'))
        times_.corrupt = true;
    if (has_flag(flags, 'K') && presented) {
        if (!first_keyframe_)
            first_keyframe_ = presented;
        if (shown)
            keyframe_times_.push_back(*presented);
    }
    // AVI has decoding times only.
    if (shown)
        take_picture(presented ? presented : decoded);
}

void PacketTimesParser::take_picture(std::optional<std::int64_t> shown_at) {
    ++times_.promised_pictures;
    if (shown_at)
        presentation_times_.push_back(*shown_at);
}

void PacketTimesParser::count_before_keyframes() {
    auto& keys = keyframe_times_;
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    for (const auto key : keys) {
        const auto first = std::ranges::lower_bound(presentation_times_, key);
        const auto before = static_cast<std::uint64_t>(first - presentation_times_.begin());
        times_.keyframes.push_back({key, before});
    }
}

PacketTimes PacketTimesParser::finish() {
    feed("\n");
    auto& shown = presentation_times_;
    std::ranges::sort(shown);
    if (first_keyframe_) {
        times_.leading_pictures = static_cast<std::uint64_t>(
            std::ranges::lower_bound(shown, *first_keyframe_) - shown.begin());
    }
    count_before_keyframes();
    if (!shown.empty())
        times_.last_time = shown.back();
    times_.distinct_times =
        static_cast<std::uint64_t>(std::unique(shown.begin(), shown.end()) - shown.begin());
    return std::exchange(*this, PacketTimesParser{}).times_;
}

} // namespace av1encd
