#include "daemon/system/ffmpeg_check.hpp"

#include "common/error.hpp"
#include "common/source_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace av1encd {

namespace {

constexpr std::pair<int, int> oldest_version = {5, 1}; // -fps_mode, -enc_time_base as used here
const std::string package_to_install = "apt install ffmpeg";
const std::string stand_in = "libaom-av1";

struct Ended {
    ProcessOutcome outcome;
    std::string out;
};

Awaitable<Ended> run(Processes& processes, FfmpegCommand command) {
    constexpr std::size_t most_out =
        std::size_t{64} * 1024; // whatever it is that calls itself ffmpeg
    Ended ended;
    ProcessRequest request;
    request.command = std::move(command);
    request.reach.readable = {"/dev/zero"};
    request.priority = {0, IoClass::none, CpuPolicy::other}; // the daemon's start waits for it
    request.on_stdout = [&](std::string_view text) {
        ended.out.append(text.substr(0, most_out - ended.out.size()));
    };
    ended.outcome = co_await processes.run(std::move(request));
    co_return ended;
}

// The last line: those before it are chatter, as the library's version comes with it.
std::string reason_of(const ProcessOutcome& outcome) {
    const auto last = outcome.last_lines(1);
    auto reason = describe(outcome);
    if (!last.empty())
        reason += ": " + printable(last.front());
    return reason;
}

// "ffmpeg version 5.1.9-0+deb12u1 Copyright …" -> "5.1.9-0+deb12u1"
std::string version_in(std::string_view text, std::string_view program) {
    const auto greeting = fmt::format("{} version ", program);
    if (text.substr(0, greeting.size()) != greeting)
        return {};
    text.remove_prefix(greeting.size());
    return std::string(text.substr(0, text.find_first_of(" \n")));
}

// A build from a source tree ("N-109468-gd39b34123d") says no number, and is taken as new enough.
bool too_old(const std::string& version) {
    const auto dot = version.find('.');
    if (dot == version.npos)
        return false;
    std::pair<int, int> number;
    const auto* const end = version.data() + version.size();
    const bool has_number =
        std::from_chars(version.data(), end, number.first).ptr == version.data() + dot &&
        std::from_chars(version.data() + dot + 1, end, number.second).ec == std::errc();
    return has_number && number < oldest_version;
}

Awaitable<std::string> version_of(Processes& processes, Program program, std::string name) {
    FfmpegCommand command;
    command.program = program;
    command.arguments = {"-version"};
    const auto ended = co_await run(processes, command);
    if (!ended.outcome.ended_well())
        throw ConfigError(fmt::format("{} does not run ({}): {}", name, reason_of(ended.outcome),
                                      package_to_install));
    auto version = version_in(ended.out, name);
    if (version.empty())
        throw ConfigError(
            fmt::format("the {} in PATH is not FFmpeg's: {}", name, package_to_install));
    if (too_old(version))
        throw ConfigError(fmt::format("{} {} is too old, at least {}.{} is needed: {}", name,
                                      version, oldest_version.first, oldest_version.second,
                                      package_to_install));
    co_return version;
}

// One frame that is all zeros, or as much of silence; no lavfi, which a small build may lack.
FfmpegCommand trial_of(const std::string& encoder, StreamKind kind) {
    FfmpegCommand command;
    command.arguments = {"-nostdin", "-hide_banner", "-v", "info"};
    const std::vector<std::string> video = {"-f",        "rawvideo", "-pix_fmt", "yuv420p",
                                            "-s",        "64x64",    "-i",       "/dev/zero",
                                            "-frames:v", "1",        "-c:v"};
    const std::vector<std::string> audio = {"-f", "s16le",     "-ar", "48000", "-ac", "2",
                                            "-i", "/dev/zero", "-t",  "0.02",  "-c:a"};
    const auto& input = kind == StreamKind::video ? video : audio;
    command.arguments.insert(command.arguments.end(), input.begin(), input.end());
    command.arguments.insert(command.arguments.end(), {encoder, "-f", "null", "-"});
    // The greeting of SVT-AV1 is the only place where it says its version.
    command.environment = {"SVT_LOG=3"};
    return command;
}

// "Svt[info]: SVT [version]:\tSVT-AV1 Encoder Lib v1.4.1", "[libaom-av1 @ 0x55d4] v3.6.0"
std::string library_version(const std::vector<std::string>& lines) {
    for (const std::string_view line : lines) {
        for (const std::string_view before : {"SVT-AV1 Encoder Lib ", "[libaom-av1 @ "}) {
            const auto begin = line.find(before);
            if (begin == line.npos)
                continue;
            const auto word = line.substr(line.find_last_of(' ') + 1);
            if (word.size() > 1 && word[0] == 'v' && word[1] >= '0' && word[1] <= '9')
                return printable(word);
        }
    }
    return {};
}

struct Trial {
    bool works = false;
    std::string reason; ///< why not
    std::string version;
};

Awaitable<Trial> try_encoder(Processes& processes, std::string encoder, StreamKind kind) {
    const auto ended = co_await run(processes, trial_of(encoder, kind));
    Trial trial;
    trial.works = ended.outcome.ended_well();
    trial.version = library_version(ended.outcome.stderr_lines);
    const auto& lines = ended.outcome.stderr_lines;
    const bool unknown = std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
        return line.find("Unknown encoder") != line.npos;
    });
    trial.reason = unknown ? "this build has none" : reason_of(ended.outcome);
    co_return trial;
}

Awaitable<void> need(Processes& processes, FfmpegFacts& facts, std::string encoder,
                     StreamKind kind) {
    const auto trial = co_await try_encoder(processes, encoder, kind);
    if (!trial.works)
        throw ConfigError(fmt::format("ffmpeg {} has no working encoder {} ({}): {}", facts.version,
                                      encoder, trial.reason, package_to_install));
    facts.encoders[encoder] = trial.version;
}

/// nullopt: it works. Else why not.
Awaitable<std::optional<std::string>> try_to_have(Processes& processes, FfmpegFacts& facts,
                                                  std::string encoder) {
    if (facts.encoders.contains(encoder))
        co_return std::nullopt;
    const auto trial = co_await try_encoder(processes, encoder, StreamKind::video);
    if (!trial.works)
        co_return trial.reason;
    facts.encoders[encoder] = trial.version;
    co_return std::nullopt;
}

} // namespace

Awaitable<FfmpegFacts> check_ffmpeg(Processes& processes, EncodeConfig encode,
                                    std::set<std::string> jobs) {
    FfmpegFacts facts;
    facts.version = co_await version_of(processes, Program::ffmpeg, "ffmpeg");
    co_await version_of(processes, Program::ffprobe, "ffprobe");
    co_await need(processes, facts, to_string(encode.encoder), StreamKind::video);
    co_await need(processes, facts, encode.audio.codec, StreamKind::audio);
    for (const auto& encoder : jobs)
        co_await try_to_have(processes, facts, encoder);
    const auto reason = co_await try_to_have(processes, facts, stand_in);
    if (reason)
        facts.warnings.push_back(
            fmt::format("ffmpeg {} has no working encoder {} ({}): sources that {} refuses will "
                        "fail",
                        facts.version, stand_in, *reason, to_string(encode.encoder)));
    co_return facts;
}

void require_encoder(const FfmpegFacts& facts, const EncodeConfig& encode) {
    const auto encoder = to_string(encode.encoder);
    if (!facts.encoders.contains(encoder))
        throw ConfigError(
            fmt::format("encode.encoder: whether ffmpeg has a working {} was not tried "
                        "at start: restart av1encd to use it",
                        encoder));
}

std::map<std::string, std::string> versions_of(const FfmpegFacts& facts) {
    auto versions = facts.encoders;
    versions["ffmpeg"] = facts.version;
    return versions;
}

} // namespace av1encd
