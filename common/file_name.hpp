#pragma once
// Names that are made from other names, no longer than file systems take them. Names are bytes; one
// is cut between UTF-8 characters where it holds such.

#include <cstddef>
#include <string>
#include <string_view>

namespace av1encd {

inline constexpr std::size_t longest_file_name = 255;

/// The last component of a path.
std::string_view base_name(std::string_view path);
/// What stands before the last component, without the separator; empty where there is nothing.
std::string_view folder_of(std::string_view path);

/// "sub/a.mp4", 2 -> "sub/a (2).mp4". The number 1 is the path itself.
std::string numbered_path(std::string_view path, int number);

/// "sub/a.mp4", ".rejected" -> "sub/a.mp4.rejected".
std::string suffixed_path(std::string_view path, std::string_view suffix);

} // namespace av1encd
