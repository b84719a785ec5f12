#include "daemon/system/work_dir_lock.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace av1encd {

namespace {

void make_folder(const std::filesystem::path& folder) {
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (failure)
        throw Error(fmt::format("cannot make work_dir {}: {}", folder.string(), failure.message()));
}

// " (pid 4242)"; empty where its holder has not written it yet.
std::string holder_of(int file) {
    std::array<char, 16> text{};
    const auto length = ::pread(file, text.data(), text.size(), 0);
    pid_t pid = 0;
    if (length > 0)
        std::from_chars(text.data(), text.data() + length, pid);
    return pid > 0 ? fmt::format(" (pid {})", pid) : "";
}

void write_own_pid(int file, const std::filesystem::path& path) {
    const auto text = fmt::format("{}\n", ::getpid());
    if (::ftruncate(file, 0) != 0 ||
        ::pwrite(file, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
        throw system_error(errno, "cannot write " + path.string());
}

} // namespace

WorkDirLock::WorkDirLock(const std::filesystem::path& work_dir) {
    make_folder(work_dir);
    const auto path = work_dir / "lock";
    file_ = UniqueFd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640));
    if (!file_)
        throw system_error(errno, "cannot open " + path.string());
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            throw system_error(errno, "cannot lock " + path.string());
        throw WorkDirInUse(fmt::format("work_dir {} is in use by another av1encd{}",
                                       work_dir.string(), holder_of(file_.get())));
    }
    write_own_pid(file_.get(), path);
}

} // namespace av1encd
