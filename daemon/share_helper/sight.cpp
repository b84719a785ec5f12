#include "daemon/share_helper/sight.hpp"

#include "common/file_name.hpp"
#include "daemon/share_helper/call_failed.hpp"
#include "daemon/share_helper/mending_line.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace av1encd {
namespace {

// Further than this nothing is read beyond the end that stat tells: it would be a file still
// growing.
constexpr std::size_t tail_bytes = std::size_t{256} * 1024;

OpenedFile unreadable(std::string reason) {
    OpenedFile opened;
    opened.seen = {Sight::unreadable, {}, std::move(reason)};
    return opened;
}

bool may_change(int folder) {
    return ::faccessat(folder, ".", W_OK | X_OK, AT_EACCESS) == 0 || errno != EACCES;
}

OpenedFile open_at_spot(const Spot& spot) {
    const auto status = status_of(spot);
    if (!status)
        return {};
    if (!S_ISREG(status->st_mode))
        return unreadable(what_it_is(status->st_mode));
    OpenedFile opened;
    try {
        opened.file = open_at(spot, O_RDONLY);
    } catch (const CallFailed& failure) {
        if (failure.errno_value() != EACCES && failure.errno_value() != EPERM)
            throw;
        return unreadable(
            fmt::format("this user may not read it: {}", chmod_line(*status, "r", spot.path)));
    }
    opened.status = status_of(opened.file.get(), spot.path);
    if (!S_ISREG(opened.status.st_mode))
        return unreadable(what_it_is(opened.status.st_mode));
    opened.seen = {Sight::found, stamp_of(opened.status), ""};
    return opened;
}

/// Reads from the last known byte on: a network file system asks its server then, and what was
/// added since shows.
void read_the_end(OpenedFile& opened, const std::string& path) {
    const auto known = opened.status.st_size;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): pread() fills it
    std::array<char, tail_bytes> tail;
    const auto from = known > 0 ? known - 1 : 0;
    const auto bytes = ::pread(opened.file.get(), tail.data(), tail.size(), from);
    if (bytes < 0)
        throw ReadFailed(errno, "cannot read", path);
    opened.status = status_of(opened.file.get(), path);
    opened.seen.stamp = stamp_of(opened.status);
    if (from + bytes > known)
        opened.seen.stamp.bytes = static_cast<std::uint64_t>(from + bytes);
}

} // namespace

FileStamp stamp_of(const struct stat& status) {
    return {static_cast<std::uint64_t>(status.st_size),
            std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

bool is_about_the_file(int errno_value) {
    switch (errno_value) {
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP:
    case ENOTDIR:
    case EISDIR:
    case ENAMETOOLONG:
    case EXDEV:
    case EFBIG:
    case EILSEQ:
    case EINVAL: return true;
    default: return false;
    }
}

OpenedFile open_source(const ShareTree& tree, const TreePath& path) {
    try {
        return open_at_spot(tree.find(path));
    } catch (const CallFailed& failure) {
        if (failure.errno_value() == ENOENT)
            return {};
        if (is_about_the_file(failure.errno_value()))
            return unreadable(failure.what());
        throw;
    }
}

/// A file whose end cannot be read is at fault itself, where its share is not. It is opened once
/// more first: a descriptor opened before a reconnect stays dead.
OpenedFile read_afresh(const ShareTree& tree, const TreePath& path, OpenedFile opened) {
    for (const bool is_last_try : {false, true}) {
        try {
            if (opened.seen.sight == Sight::found)
                read_the_end(opened, path.path);
            return opened;
        } catch (const ReadFailed& failure) {
            tree.check();
            opened = is_last_try ? unreadable(failure.what()) : open_source(tree, path);
        }
    }
    return opened;
}

FileSeen see_file(const ShareTree& tree, const LookAtFile& request) {
    auto opened = open_source(tree, request.file);
    if (opened.seen.sight == Sight::found && request.freshness == Freshness::afresh)
        opened = read_afresh(tree, request.file, std::move(opened));
    if (opened.seen.sight != Sight::found)
        return opened.seen;
    if (request.file.place == TreePlace::to_assign)
        if (auto reason = folder_to_mend(tree, request.file))
            return {Sight::unreadable, opened.seen.stamp, std::move(*reason)};
    return opened.seen;
}

std::optional<std::string> folder_to_mend(const ShareTree& tree, const TreePath& path) {
    for (std::string_view name = path.path; !name.empty(); name = folder_of(name)) {
        try {
            const auto spot = tree.find({path.place, std::string(name)});
            if (may_change(spot.folder.get()))
                return std::nullopt;
            const auto status = status_of(spot.folder.get(), spot.folder_path());
            return fmt::format("this user may not change its folder: {}",
                               chmod_line(status, "wx", spot.folder_path()));
        } catch (const CallFailed& failure) {
            if (failure.errno_value() != ENOENT)
                return std::nullopt;
        }
    }
    return std::nullopt;
}

} // namespace av1encd
