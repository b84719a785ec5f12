#pragma once
// Which folders are mount points, and which ought to be: what the kernel has mounted beside what
// fstab and systemd's mount units name.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

/// Where the tables are; tests have their own.
struct MountTables {
    std::string mountinfo = "/proc/self/mountinfo";
    std::string fstab = "/etc/fstab";
    std::vector<std::string> unit_folders = {
        "/etc/systemd/system", "/run/systemd/system", "/run/systemd/generator",
        "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"};
};

/// What tells one folder from another that its path may lead to later.
struct FolderIdentity {
    unsigned device_major = 0;
    unsigned device_minor = 0;
    unsigned long long inode = 0;
    unsigned long long mount = 0;
    bool operator==(const FolderIdentity&) const = default;
};
/// Of an open folder, O_PATH included. Throws CallFailed.
FolderIdentity identity_of(int folder, std::string_view path);

/// Whether the open folder lies on a file system that was mounted for it: another one than that of
/// `/`. A folder bound onto itself, as systemd does with a service's ReadWritePaths, is none.
bool is_on_a_mounted_file_system(int folder, std::string_view path, const MountTables& tables);

/// The nearest mount point that fstab or a mount unit names, `path` itself or above it, and on
/// which nothing is mounted now; with who names it, as "/srv/nas (named in /etc/fstab)". `path` is
/// absolute.
std::optional<std::string> missing_mount(std::string_view path, const MountTables& tables);

/// The name of the unit that mounts `path`: "srv-nas.mount".
std::string mount_unit_name(std::string_view path);

} // namespace av1encd
