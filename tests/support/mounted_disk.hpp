#pragma once
// A file system in memory, mounted where only this test and its children see it.

#include <cstddef>
#include <filesystem>

namespace av1encd {

class MountedDisk {
public:
    /// Whether this user may mount; from then on the process has its own view of what is mounted.
    static bool can_mount();

    /// Throws Error.
    MountedDisk(std::filesystem::path folder, std::size_t bytes);
    ~MountedDisk();
    MountedDisk(const MountedDisk&) = delete;
    MountedDisk& operator=(const MountedDisk&) = delete;

    /// To the last byte, by a file of that name.
    void fill() const;
    void make_room() const;
    void set_read_only() const;
    void set_writable() const;

private:
    std::filesystem::path filler() const { return folder_ / "filler"; }
    void remount(unsigned long flags) const;

    std::filesystem::path folder_;
};

} // namespace av1encd
