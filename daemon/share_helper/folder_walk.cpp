#include "daemon/share_helper/folder_walk.hpp"

#include "daemon/share_helper/call_failed.hpp"
#include "daemon/share_helper/spot.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace av1encd {
namespace {

using Names = std::unique_ptr<DIR, int (*)(DIR*)>;

/// For reading; null and errno where it fails.
Names open_names(int root, const std::string& path, std::string_view root_path) {
    const auto folder = open_folder(root, path, root_path);
    UniqueFd readable(::openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!readable)
        throw CallFailed(errno, "cannot read the folder", fmt::format("{}/{}", root_path, path));
    return {::fdopendir(readable.release()), ::closedir};
}

/// nullopt: it vanished.
std::optional<mode_t> type_of(int folder, const dirent& entry) {
    if (entry.d_type != DT_UNKNOWN)
        return DTTOIF(entry.d_type);
    struct stat status {};
    if (::fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return std::nullopt;
    return status.st_mode & S_IFMT;
}

class Walk {
public:
    Walk(int root, std::string_view root_path, const WalkSteps& steps)
        : root_(root),
          root_path_(root_path),
          steps_(steps) {}

    void run() {
        read(open_names(root_, "", root_path_), "");
        while (!waiting_.empty()) {
            const auto folder = std::move(waiting_.back());
            waiting_.pop_back();
            enter(folder);
        }
    }

private:
    void enter(const std::string& folder) {
        try {
            read(open_names(root_, folder, root_path_), folder);
        } catch (const CallFailed& failure) {
            switch (failure.errno_value()) {
            case ENOENT:
            case ENOTDIR:
            case ELOOP: return; // no longer there, or no longer a folder
            case EACCES:
            case EPERM:
            case ENAMETOOLONG: steps_.on_unreadable(folder, failure.errno_value()); return;
            default: throw;
            }
        }
    }

    void read(const Names& names, const std::string& folder) {
        const int fd = ::dirfd(names.get());
        steps_.on_folder(fd);
        for (;;) {
            errno = 0; // readdir tells its end and a failure apart by this alone
            const dirent* entry = ::readdir(names.get());
            if (!entry)
                break;
            see(fd, folder, *entry);
        }
        if (errno != 0 && errno != ENOENT)
            throw CallFailed(errno, "cannot read the folder",
                             fmt::format("{}/{}", root_path_, folder));
    }

    void see(int fd, const std::string& folder, const dirent& entry) {
        const std::string_view name(entry.d_name);
        const auto type = name == "." || name == ".." ? std::nullopt : type_of(fd, entry);
        if (!type)
            return;
        const WalkEntry seen{folder, name, *type};
        if (steps_.on_entry(seen) == Descend::yes && S_ISDIR(*type))
            waiting_.push_back(seen.path());
    }

    int root_;
    std::string_view root_path_;
    const WalkSteps& steps_;
    std::vector<std::string> waiting_;
};

} // namespace

std::string WalkEntry::path() const {
    return folder.empty() ? std::string(name) : fmt::format("{}/{}", folder, name);
}

void walk_folder(int root, std::string_view root_path, const WalkSteps& steps) {
    Walk(root, root_path, steps).run();
}

} // namespace av1encd
