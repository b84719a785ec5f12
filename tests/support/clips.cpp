#include "tests/support/clips.hpp"

#include "common/error.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fmt/format.h>

#include <map>
#include <tuple>

namespace av1encd {

namespace {

/// stdout; throws with the complaint where it does not end well.
std::string run_well(const std::vector<std::string>& arguments) {
    const TemporaryFolder scratch;
    auto run = run_program(arguments, {}, scratch.path());
    if (!run.outcome.ended_well())
        throw Error(fmt::format("{}: {}", fmt::join(arguments, " "),
                                fmt::join(run.outcome.stderr_lines, "\n")));
    return std::move(run.output);
}

void make(const Clip& wanted, const std::filesystem::path& file) {
    const auto picture = fmt::format("testsrc2=size={}:rate=25:duration={},hue=h={}", wanted.size,
                                     wanted.seconds, wanted.hue);
    const auto tone =
        fmt::format("sine=frequency=440:sample_rate=48000:duration={}", wanted.seconds);
    std::vector<std::string> words = {
        "ffmpeg",   "-nostdin", "-v",   "error", "-f",   "lavfi",   "-i",       picture,
        "-f",       "lavfi",    "-i",   tone,    "-c:v", "libx264", "-preset",  "ultrafast",
        "-pix_fmt", "yuv420p",  "-c:a", "aac",   "-b:a", "32k",     "-shortest"};
    if (wanted.keyframe_every > 0)
        words.insert(words.end(), {"-g", std::to_string(wanted.keyframe_every)});
    words.push_back(file.string());
    run_well(words);
}

} // namespace

bool Clip::operator<(const Clip& other) const {
    return std::tie(size, seconds, hue, keyframe_every) <
           std::tie(other.size, other.seconds, other.hue, other.keyframe_every);
}

std::filesystem::path clip(const Clip& wanted) {
    static const TemporaryFolder folder;
    static std::map<Clip, std::filesystem::path> made;
    auto& file = made[wanted];
    if (file.empty()) {
        const auto name = fmt::format("{}.mp4", made.size());
        make(wanted, folder.path() / name);
        file = folder.path() / name;
    }
    return file;
}

std::string decoded(const std::filesystem::path& file) {
    return run_well({"ffmpeg", "-nostdin", "-v", "error", "-xerror", "-copyts", "-i",
                     "file:" + file.string(), "-map", "0:V:0", "-map", "0:a?", "-fps_mode",
                     "passthrough", "-f", "framehash", "-hash", "md5", "-"});
}

std::string probed(const std::filesystem::path& file, const std::string& stream,
                   const std::string& entry) {
    std::vector<std::string> words = {"ffprobe",       "-v", "error", "-of", "default=nw=1:nk=1",
                                      "-show_entries", entry};
    if (!stream.empty())
        words.insert(words.end(), {"-select_streams", stream});
    words.push_back("file:" + file.string());
    auto value = run_well(words);
    if (value.ends_with('\n'))
        value.pop_back();
    return value;
}

} // namespace av1encd
