#pragma once
// A source's whole way with the real ffmpeg and the project's own command lines, one after the
// other: probe, packets, plan, decode, audio, segments, join, decode of the rendition.

#include "daemon/core/encode_plan.hpp"
#include "daemon/core/ffmpeg_args.hpp"
#include "daemon/core/frame_times.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace av1encd {

/// What is known of a file before it is judged or encoded.
struct StudiedFile {
    MediaInfo media;
    PacketTimes packets;
    FrameTimes times;
    ProcessOutcome decode; ///< how the decode of `times` ended
};

struct EncodedFile {
    std::filesystem::path file;
    EncodePlan plan;
    StudiedFile source;
    StudiedFile result;
};

class RenditionChain {
public:
    /// Fast settings; a test changes what it is about.
    RenditionChain();

    /// A new file made by ffmpeg from these arguments, `output` added to them.
    std::filesystem::path make(const std::vector<std::string>& arguments,
                               const std::string& output) const;
    std::filesystem::path path_of(const std::string& name) const { return folder_.path() / name; }

    StudiedFile study(const std::filesystem::path& file, const std::string& demuxers) const;

    /// Throws std::runtime_error with ffmpeg's complaint where a step does not end well, and where
    /// the source is refused.
    EncodedFile encode(const std::filesystem::path& source) const;

    EncodeConfig config;
    std::vector<std::string> extensions = {"mp4", "mkv", "ts", "avi", "webm"};
    /// Changes the plan before anything is encoded.
    std::function<void(const StudiedFile&, EncodePlan&)> adjust_plan = [](const auto&, auto&) {};

    /// Whatever its outcome is; under another program where `wrapper` names one.
    ProgramRun run(const FfmpegCommand& command,
                   const std::vector<std::string>& wrapper = {}) const;

private:
    std::string run_well(const FfmpegCommand& command) const;
    std::filesystem::path encode_audio(const EncodePlan& plan, const std::filesystem::path& source,
                                       const std::string& demuxers) const;
    std::vector<SegmentFile> encode_segments(const EncodePlan& plan,
                                             const std::filesystem::path& source,
                                             const std::string& demuxers) const;

    TemporaryFolder folder_;
};

/// Some 64 hexadecimal digits.
std::string sample_sha256();

} // namespace av1encd
