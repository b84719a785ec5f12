#pragma once
// Places on the share, reached beneath an open folder and never through a symbolic link. All throw
// CallFailed.

#include "common/unique_fd.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>

namespace av1encd {

/// An O_PATH descriptor of the folder `path` beneath `root`; `path` empty: of root itself.
/// `root_path` is for messages.
UniqueFd open_folder(int root, std::string_view path, std::string_view root_path);
/// The same; folders that are missing are made.
UniqueFd make_folder(int root, std::string_view path, std::string_view root_path);

/// A name in an open folder, whether something has it or not.
struct Spot {
    UniqueFd folder;
    std::string name;
    std::string path; ///< the whole path, for messages

    /// The same folder, another name.
    Spot renamed(std::string_view other) const;
    std::string folder_path() const;
};

/// `path` has a name at its end and its folder exists.
Spot find_spot(int root, std::string_view path, std::string_view root_path);
Spot make_spot(int root, std::string_view path, std::string_view root_path);

/// nullopt: there is nothing. Links are not followed. May be as old as the file system's cache.
std::optional<struct stat> status_of(const Spot& spot);
/// As the server has it now: opening asks it where stat may not. What cannot be opened is judged by
/// stat.
std::optional<struct stat> fresh_status_of(const Spot& spot);

/// Never follows a link, never waits for a pipe.
UniqueFd open_at(const Spot& spot, int flags, mode_t mode = 0);
void remove_at(const Spot& spot);

struct stat status_of(int fd, std::string_view path);

/// Size and time are those of the same, untouched file.
bool looks_same(const struct stat& a, const struct stat& b);

/// "is a symbolic link"; for everything but regular files.
std::string what_it_is(mode_t mode);

} // namespace av1encd
