#include "daemon/share_helper/spot.hpp"

#include "common/file_name.hpp"
#include "daemon/share_helper/call_failed.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

namespace av1encd {
namespace {

constexpr mode_t folder_mode = 0777; // the umask decides

std::string joined(std::string_view folder, std::string_view name) {
    if (folder.empty() || name.empty())
        return fmt::format("{}{}", folder, name);
    return fmt::format("{}/{}", folder, name);
}

/// -1 and errno where it fails.
UniqueFd try_open_folder(int root, std::string_view path) {
    open_how how{};
    how.flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    const std::string name(path.empty() ? "." : path);
    return UniqueFd(static_cast<int>(::syscall(SYS_openat2, root, name.c_str(), &how, sizeof how)));
}

std::string_view first_components(std::string_view path, std::size_t& end) {
    end = path.find('/', end + 1);
    return path.substr(0, end);
}

/// Nothing that comes from a scan or a list goes up or ends in a folder.
void require_file_path(std::string_view path, std::string_view root_path) {
    const auto framed = fmt::format("/{}/", path);
    for (const auto* step : {"//", "/./", "/../"})
        if (framed.find(step) != std::string::npos)
            throw CallFailed(EINVAL, "not the path of a file:", joined(root_path, path));
}

} // namespace

UniqueFd open_folder(int root, std::string_view path, std::string_view root_path) {
    auto folder = try_open_folder(root, path);
    if (!folder)
        throw CallFailed(errno, "cannot open the folder", joined(root_path, path));
    return folder;
}

UniqueFd make_folder(int root, std::string_view path, std::string_view root_path) {
    if (auto folder = try_open_folder(root, path); folder || errno != ENOENT)
        return folder ? std::move(folder) : open_folder(root, path, root_path);
    for (std::size_t end = 0; end != std::string_view::npos;) {
        const auto part = first_components(path, end);
        if (try_open_folder(root, part))
            continue;
        const auto parent = open_folder(root, folder_of(part), root_path);
        if (::mkdirat(parent.get(), std::string(base_name(part)).c_str(), folder_mode) == 0)
            continue;
        // Another machine may have made it meanwhile: whether it is there is what counts.
        const int error = errno;
        if (!try_open_folder(root, part))
            throw CallFailed(error, "cannot make the folder", joined(root_path, part));
    }
    return open_folder(root, path, root_path);
}

Spot Spot::renamed(std::string_view other) const {
    UniqueFd same(::fcntl(folder.get(), F_DUPFD_CLOEXEC, 0));
    if (!same)
        throw CallFailed(errno, "cannot hold the folder", folder_path());
    return {std::move(same), std::string(other), joined(folder_path(), other)};
}

std::string Spot::folder_path() const {
    return std::string(folder_of(path));
}

Spot find_spot(int root, std::string_view path, std::string_view root_path) {
    require_file_path(path, root_path);
    return {open_folder(root, folder_of(path), root_path), std::string(base_name(path)),
            joined(root_path, path)};
}

Spot make_spot(int root, std::string_view path, std::string_view root_path) {
    require_file_path(path, root_path);
    return {make_folder(root, folder_of(path), root_path), std::string(base_name(path)),
            joined(root_path, path)};
}

std::optional<struct stat> status_of(const Spot& spot) {
    struct stat status {};
    if (::fstatat(spot.folder.get(), spot.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
        return status;
    if (errno == ENOENT)
        return std::nullopt;
    throw CallFailed(errno, "cannot look at", spot.path);
}

std::optional<struct stat> fresh_status_of(const Spot& spot) {
    const auto status = status_of(spot);
    if (!status || !S_ISREG(status->st_mode))
        return status;
    try {
        return status_of(open_at(spot, O_RDONLY).get(), spot.path);
    } catch (const CallFailed& failure) {
        if (failure.errno_value() == ENOENT)
            return std::nullopt;
        return status;
    }
}

UniqueFd open_at(const Spot& spot, int flags, mode_t mode) {
    UniqueFd file(::openat(spot.folder.get(), spot.name.c_str(),
                           flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode));
    if (!file)
        throw CallFailed(errno, "cannot open", spot.path);
    return file;
}

void remove_at(const Spot& spot) {
    if (::unlinkat(spot.folder.get(), spot.name.c_str(), 0) != 0 && errno != ENOENT)
        throw CallFailed(errno, "cannot remove", spot.path);
}

struct stat status_of(int fd, std::string_view path) {
    struct stat status {};
    if (::fstat(fd, &status) != 0)
        throw CallFailed(errno, "cannot look at", path);
    return status;
}

bool looks_same(const struct stat& a, const struct stat& b) {
    return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
           a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

std::string what_it_is(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFREG: return "is a file";
    case S_IFLNK: return "is a symbolic link";
    case S_IFDIR: return "is a folder";
    case S_IFIFO: return "is a pipe";
    case S_IFSOCK: return "is a socket";
    default: return "is a device";
    }
}

} // namespace av1encd
