#include "daemon/share_helper/folder_watch.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/inotify.h>
#include <unistd.h>

namespace av1encd {
namespace {

constexpr std::uint32_t changes = IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM |
                                  IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_ONLYDIR;

std::string complaint(const char* limit, int error) {
    if (error == ENOSPC || error == EMFILE)
        return fmt::format("the kernel's limit of folders watched is reached (raise it: sysctl "
                           "fs.inotify.{}): changes are found by the next look at all of them",
                           limit);
    return fmt::format("changes are found by the next look only: inotify: {}",
                       std::strerror(error)); // NOLINT(concurrency-mt-unsafe): one thread
}

} // namespace

FolderWatch::FolderWatch() : events_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    if (!events_)
        unwatched_ = complaint("max_user_instances", errno);
}

void FolderWatch::add(int folder) {
    // inotify takes paths only; this one leads to the very folder that is open.
    const auto path = fmt::format("/proc/self/fd/{}", folder);
    if (events_ && ::inotify_add_watch(events_.get(), path.c_str(), changes) < 0 && errno != ENOENT)
        unwatched_ = complaint("max_user_watches", errno);
}

void FolderWatch::drain(int fd) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): read() fills it
    std::array<char, 65'536> events;
    while (::read(fd, events.data(), events.size()) > 0) {
    }
}

} // namespace av1encd
