#pragma once
// Options that several of the command lines share. For the sources of ffmpeg_args.hpp only.

#include <filesystem>
#include <string>
#include <vector>

namespace av1encd {

using Arguments = std::vector<std::string>;

void append(Arguments& arguments, const Arguments& more);

/// What every ffmpeg begins with.
Arguments ffmpeg_beginning();

/// The name as ffmpeg takes it whatever characters are in it.
std::string file_name(const std::filesystem::path& path);

/// What confines the input that follows to this one file and these demuxers.
Arguments confined_to(const std::string& demuxers);

/// An input that is opened with `confined_to(demuxers)`.
Arguments input(const std::filesystem::path& file, const std::string& demuxers);

/// Timestamps of the source, one by one, into and out of the encoder.
Arguments timestamps_as_they_are();

} // namespace av1encd
