#include "tests/support/rendition_chain.hpp"
#include "daemon/config/source_formats.hpp"

#include "daemon/core/stream_plans.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <stdexcept>

namespace av1encd {

namespace {

std::vector<std::string> words_of(const FfmpegCommand& command) {
    std::vector<std::string> words = {command.program == Program::ffmpeg ? "ffmpeg" : "ffprobe"};
    words.insert(words.end(), command.arguments.begin(), command.arguments.end());
    return words;
}

std::vector<int> audio_indexes(const MediaInfo& media) {
    std::vector<int> indexes;
    for (const auto& stream : media.streams)
        if (stream.kind == StreamKind::audio)
            indexes.push_back(stream.index);
    return indexes;
}

[[noreturn]] void fail(const std::vector<std::string>& words, const ProcessOutcome& outcome) {
    throw std::runtime_error(fmt::format("{}\n{}\n{}", fmt::join(words, " "), describe(outcome),
                                         fmt::join(outcome.stderr_lines, "\n")));
}

} // namespace

RenditionChain::RenditionChain() {
    config.crf = {50};
    config.preset = 12;
}

std::filesystem::path RenditionChain::make(const std::vector<std::string>& arguments,
                                           const std::string& output) const {
    std::vector<std::string> words = {"ffmpeg", "-nostdin", "-v", "error", "-y"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    words.push_back(path_of(output));
    const auto run = run_program(words, {}, folder_.path());
    if (!run.outcome.ended_well())
        fail(words, run.outcome);
    return path_of(output);
}

ProgramRun RenditionChain::run(const FfmpegCommand& command,
                               const std::vector<std::string>& wrapper) const {
    auto words = wrapper;
    const auto own = words_of(command);
    words.insert(words.end(), own.begin(), own.end());
    return run_program(words, command.environment, folder_.path());
}

std::string RenditionChain::run_well(const FfmpegCommand& command) const {
    auto result = run(command);
    if (!result.outcome.ended_well())
        fail(words_of(command), result.outcome);
    return std::move(result.output);
}

StudiedFile RenditionChain::study(const std::filesystem::path& file,
                                  const std::string& demuxers) const {
    StudiedFile studied;
    studied.media = parse_media_info(run_well(probe_command(file, demuxers)));
    const auto* const video = first_video(studied.media);
    if (video == nullptr)
        throw std::runtime_error("no video in " + file.string());
    PacketTimesParser packets;
    packets.feed(run_well(packets_command(file, demuxers, video->index)));
    studied.packets = packets.finish();
    const bool strict = config.damaged == OnDamaged::fail;
    const auto decode = run(decode_command(file, demuxers, audio_indexes(studied.media), strict));
    studied.decode = decode.outcome;
    FrameTimesParser times;
    times.feed(decode.output);
    studied.times = times.finish();
    return studied;
}

std::filesystem::path RenditionChain::encode_audio(const EncodePlan& plan,
                                                   const std::filesystem::path& source,
                                                   const std::string& demuxers) const {
    if (plan.audio.empty())
        return {};
    const auto file = path_of("audio");
    run_well(audio_command(plan, source, demuxers, file));
    return file;
}

std::vector<SegmentFile> RenditionChain::encode_segments(const EncodePlan& plan,
                                                         const std::filesystem::path& source,
                                                         const std::string& demuxers) const {
    std::vector<SegmentFile> files;
    for (const auto& range : segments_of(plan)) {
        files.push_back({range, path_of(fmt::format("segment's {}", range.start))});
        run_well(segment_command(plan, plan.ladder.front(), range, 1, {}, source, demuxers,
                                 files.back().file));
    }
    return files;
}

EncodedFile RenditionChain::encode(const std::filesystem::path& source) const {
    const auto demuxers = demuxers_for(extensions);
    EncodedFile rendition;
    rendition.source = study(source, demuxers);
    if (rendition.source.times.pictures.empty()) // SVT-AV1 waits for a picture for ever
        throw std::runtime_error("no picture of the source can be decoded");
    auto planned = plan_encode(rendition.source.media, rendition.source.packets, config, {});
    if (const auto* refusal = std::get_if<Refusal>(&planned))
        throw std::runtime_error(refusal->reason);
    rendition.plan = std::get<EncodePlan>(std::move(planned));
    adjust_plan(rendition.source, rendition.plan);
    const auto& plan = rendition.plan;
    const auto audio = encode_audio(plan, source, demuxers);
    const auto segments = encode_segments(plan, source, demuxers);
    const auto list = folder_.write("list", concat_list(plan, segments));
    rendition.file = path_of("rendition");
    run_well(join_command(plan, rendition.source.times, list, audio, source, demuxers,
                          sample_sha256(), rendition.file));
    rendition.result = study(rendition.file, rendition_demuxers(plan.container));
    return rendition;
}

std::string sample_sha256() {
    return "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
}

} // namespace av1encd
