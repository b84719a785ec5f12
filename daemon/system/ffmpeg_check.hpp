#pragma once
// Whether the ffmpeg of this machine can do what the configuration asks for, tried before the first
// source: each encoder encodes one black frame, as a listed one need not work.

#include "daemon/config/config.hpp"
#include "daemon/pipeline/ports/processes.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace av1encd {

struct FfmpegFacts {
    std::string version; ///< ffmpeg's own words: "5.1.9-0+deb12u1"
    /// Encoders that work, by ffmpeg's name -> version of their library; empty where it does not
    /// say.
    std::map<std::string, std::string> encoders;
    std::vector<std::string> warnings; ///< what will be missed, one sentence each
    bool operator==(const FfmpegFacts&) const = default;
};

/// Throws ConfigError with the package to install where ffmpeg is older than 5.1, or where it or
/// the encoder or the audio codec of `encode` does not work. Without libaom-av1, which stands in
/// for what other encoders refuse, there is a warning. `jobs`: encoders that jobs under way were
/// planned with; one of them that does not work is only missing in the answer.
Awaitable<FfmpegFacts> check_ffmpeg(Processes& processes, EncodeConfig encode,
                                    std::set<std::string> jobs = {});

/// Throws ConfigError for an encoder that was not tried at start: it is not begun with while
/// sources are in work.
void require_encoder(const FfmpegFacts& facts, const EncodeConfig& encode);

/// By encoder, and of `ffmpeg` itself.
std::map<std::string, std::string> versions_of(const FfmpegFacts& facts);

} // namespace av1encd
