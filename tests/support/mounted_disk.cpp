#include "tests/support/mounted_disk.hpp"

#include "common/error.hpp"
#include "common/unique_fd.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

namespace av1encd {

bool MountedDisk::can_mount() {
    static const bool can = ::unshare(CLONE_NEWNS) == 0 &&
                            ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    return can;
}

MountedDisk::MountedDisk(std::filesystem::path folder, std::size_t bytes)
    : folder_(std::move(folder)) {
    const auto options = "size=" + std::to_string(bytes);
    if (::mount("tmpfs", folder_.c_str(), "tmpfs", 0, options.c_str()) != 0)
        throw system_error(errno, "cannot mount a disk at " + folder_.native());
}

MountedDisk::~MountedDisk() {
    ::umount2(folder_.c_str(), MNT_DETACH);
}

void MountedDisk::fill() const {
    const UniqueFd file(::open(filler().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    static constexpr std::array<char, 4096> zeros{};
    while (::write(file.get(), zeros.data(), zeros.size()) > 0) {
    }
}

void MountedDisk::make_room() const {
    std::filesystem::remove(filler());
}

void MountedDisk::set_read_only() const {
    remount(MS_RDONLY);
}

void MountedDisk::set_writable() const {
    remount(0);
}

void MountedDisk::remount(unsigned long flags) const {
    if (::mount(nullptr, folder_.c_str(), nullptr, MS_REMOUNT | flags, nullptr) != 0)
        throw system_error(errno, "cannot remount " + folder_.native());
}

} // namespace av1encd
