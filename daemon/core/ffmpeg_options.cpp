#include "daemon/core/ffmpeg_options.hpp"

namespace av1encd {

void append(Arguments& arguments, const Arguments& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
}

Arguments ffmpeg_beginning() {
    return {"-nostdin", "-hide_banner", "-v", "error"};
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

Arguments timestamps_as_they_are() {
    // -fps_mode: by default 8 frames of a variable rate become 13 and a gap of 10 h 360,000.
    // -enc_time_base -1: the source's; else that of the frame rate, and 119 of 120 timestamps of a
    // jittered 1/90000 source are rounded.
    return {"-fps_mode", "passthrough", "-enc_time_base:v", "-1"};
}

} // namespace av1encd
