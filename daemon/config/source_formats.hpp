#pragma once
// Which demuxer of FFmpeg reads files with which extension. Nothing else may read a source: a
// playlist named like a video would lead ffmpeg to other files.

#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

bool is_readable_extension(std::string_view extension);

/// The demuxers that may read files with these extensions, as `-format_whitelist` takes them.
std::string demuxers_for(const std::vector<std::string>& extensions);

} // namespace av1encd
