#include "daemon/share_helper/mount_points.hpp"

#include "common/file_name.hpp"
#include "daemon/share_helper/call_failed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mntent.h>
#include <sstream>
#include <sys/stat.h>

namespace av1encd {
namespace {

struct Mount {
    unsigned long long id = 0;
    std::string device;      ///< major:minor
    std::string source_path; ///< within the file system
    std::string mount_point;
};

/// The kernel and fstab write space, tab, newline and backslash as \ooo.
std::string without_octal(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escaped = text[i] == '\\' && i + 3 < text.size();
        plain += escaped
                     ? static_cast<char>(std::stoi(std::string(text.substr(i + 1, 3)), nullptr, 8))
                     : text[i];
        i += escaped ? 3 : 0;
    }
    return plain;
}

std::vector<Mount> mounts_now(const MountTables& tables) {
    std::ifstream file(tables.mountinfo);
    std::vector<Mount> mounts;
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        Mount mount;
        unsigned long long parent = 0;
        fields >> mount.id >> parent >> mount.device >> mount.source_path >> mount.mount_point;
        mount.source_path = without_octal(mount.source_path);
        mount.mount_point = without_octal(mount.mount_point);
        mounts.push_back(std::move(mount));
    }
    return mounts;
}

std::string device_of_root_folder() {
    struct statx status {};
    ::statx(AT_FDCWD, "/", 0, STATX_BASIC_STATS, &status);
    return fmt::format("{}:{}", status.stx_dev_major, status.stx_dev_minor);
}

bool is_bound_onto_itself(const Mount& mount) {
    return mount.source_path == mount.mount_point && mount.device == device_of_root_folder();
}

bool is_mounted(const std::string& path, const std::vector<Mount>& mounts) {
    return std::any_of(mounts.begin(), mounts.end(), [&](const Mount& mount) {
        return mount.mount_point == path && !is_bound_onto_itself(mount);
    });
}

bool is_in_fstab(const std::string& path, const MountTables& tables) {
    const std::unique_ptr<FILE, int (*)(FILE*)> table(::setmntent(tables.fstab.c_str(), "re"),
                                                      ::endmntent);
    if (!table)
        return false;
    while (const mntent* entry = ::getmntent(table.get()))
        if (std::filesystem::path(entry->mnt_dir).lexically_normal() == path)
            return true;
    return false;
}

std::optional<std::string> unit_that_mounts(const std::string& path, const MountTables& tables) {
    for (const auto& folder : tables.unit_folders) {
        auto unit = fmt::format("{}/{}", folder, mount_unit_name(path));
        std::error_code ignored;
        if (std::filesystem::exists(unit, ignored))
            return unit;
    }
    return std::nullopt;
}

} // namespace

FolderIdentity identity_of(int folder, std::string_view path) {
    struct statx status {};
    if (::statx(folder, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &status) != 0)
        throw CallFailed(errno, "cannot look at", path);
    return {status.stx_dev_major, status.stx_dev_minor, status.stx_ino, status.stx_mnt_id};
}

bool is_on_a_mounted_file_system(int folder, std::string_view path, const MountTables& tables) {
    const auto id = identity_of(folder, path).mount;
    const auto mounts = mounts_now(tables);
    const auto mount =
        std::find_if(mounts.begin(), mounts.end(), [&](const Mount& m) { return m.id == id; });
    return mount != mounts.end() && mount->mount_point != "/" && !is_bound_onto_itself(*mount);
}

std::optional<std::string> missing_mount(std::string_view path, const MountTables& tables) {
    const auto mounts = mounts_now(tables);
    for (std::string at(path); at.size() > 1; at = folder_of(at)) {
        if (is_mounted(at, mounts))
            return std::nullopt;
        if (is_in_fstab(at, tables))
            return fmt::format("{} (named in {})", at, tables.fstab);
        if (const auto unit = unit_that_mounts(at, tables))
            return fmt::format("{} (named by {})", at, *unit);
    }
    return std::nullopt;
}

// As `systemd-escape --path` does.
std::string mount_unit_name(std::string_view path) {
    const auto trimmed = path.substr(std::min(path.find_first_not_of('/'), path.size()));
    std::string name;
    for (const char c : trimmed) {
        const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == ':' ||
                           c == '_' || (c == '.' && !name.empty());
        if (c == '/')
            name += '-';
        else if (plain)
            name += c;
        else
            name += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
    return name + ".mount";
}

} // namespace av1encd
