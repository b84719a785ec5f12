#include "daemon/core/ffmpeg_options.hpp"

#include <limits>

#include <fmt/format.h>

namespace av1encd {

void append(Arguments& arguments, const Arguments& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
}

Arguments ffmpeg_beginning() {
    return {"-nostdin", "-hide_banner", "-v", "error"};
}

Arguments strictness(const EncodePlan& plan) {
    // Without -xerror a full disk gives exit 0 and a broken file; with it a damaged source ends
    // what `encode.damaged: keep` wants to go on.
    return plan.damaged == OnDamaged::keep ? Arguments{} : Arguments{"-xerror"};
}

std::string file_name(const std::filesystem::path& path) {
    return "file:" + path.string();
}

Arguments confined_to(const std::string& demuxers) {
    // Without these a playlist or concat script under a video's name makes FFmpeg open other files
    // and hosts.
    return {"-protocol_whitelist", "file,pipe", "-format_whitelist", demuxers};
}

Arguments input(const std::filesystem::path& file, const std::string& demuxers) {
    Arguments arguments = confined_to(demuxers);
    append(arguments, {"-i", file_name(file)});
    return arguments;
}

Arguments decoder_limits() {
    // Twice the largest picture that AV1 has a level for. A stream may change to another size in
    // its midst, after its size was judged.
    return {"-max_pixels", "268435456"};
}

TrackClock track_clock(const VideoPlan& video) {
    // The muxer's own choice: a clock as coarse as 1/1 would round durations and edit lists too.
    constexpr std::int64_t coarsest = 10'000;
    // Room for that many pictures with one timestamp, told apart by single ticks. No more: neither
    // SVT-AV1 nor the MP4 muxer can pass a gap of 2^31 ticks.
    constexpr std::int64_t room_for_shared_times = 16;
    constexpr std::int64_t finest = std::numeric_limits<std::int32_t>::max();
    const auto source = video.source.time_base.den;
    TrackClock clock{source, 1};
    while (clock.ticks_per_second < coarsest ||
           (video.shared_times && clock.ticks_of_source < room_for_shared_times)) {
        if (clock.ticks_per_second > finest / 2)
            break;
        clock.ticks_per_second *= 2;
        clock.ticks_of_source *= 2;
    }
    return clock;
}

std::string seconds_text(double seconds) {
    return fmt::format("{:.6f}", seconds);
}

} // namespace av1encd
