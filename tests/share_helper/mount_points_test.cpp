#include "daemon/share_helper/mount_points.hpp"

#include "common/unique_fd.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace av1encd {
namespace {

class MountPoints : public ::testing::Test {
protected:
    MountTables tables(std::string_view mountinfo, std::string_view fstab) const {
        return {folder_.write("mountinfo", mountinfo).string(),
                folder_.write("fstab", fstab).string(),
                {(folder_.path() / "units").string()}};
    }
    /// A line about the mount that the test's own folder lies on, as if it were mounted elsewhere.
    std::string own_mount(std::string_view device, std::string_view source,
                          std::string_view mount_point) const {
        return fmt::format("{} 1 {} {} {} rw - ext4 /dev/x rw\n",
                           identity_of(own_folder_.get(), "").mount, device, source, mount_point);
    }
    bool is_mounted(const MountTables& tables) const {
        return is_on_a_mounted_file_system(own_folder_.get(), "", tables);
    }
    static std::string device_of_root() {
        struct stat status {};
        ::stat("/", &status);
        return fmt::format("{}:{}", major(status.st_dev), minor(status.st_dev));
    }

    TemporaryFolder folder_;
    UniqueFd own_folder_{::open(folder_.path().c_str(), O_PATH | O_DIRECTORY)};
};

TEST_F(MountPoints, WhatFstabNamesAndTheKernelHasNotMountedIsMissing) {
    EXPECT_EQ(missing_mount("/srv/nas", tables("", "nas:/v /srv/nas nfs defaults 0 0\n")),
              "/srv/nas (named in " + (folder_.path() / "fstab").string() + ")");
}

TEST_F(MountPoints, AFolderBelowAMissingMountIsMissingToo) {
    EXPECT_EQ(missing_mount("/srv/nas/a/b", tables("", "nas:/v /srv/nas nfs defaults 0 0\n")),
              "/srv/nas (named in " + (folder_.path() / "fstab").string() + ")");
}

TEST_F(MountPoints, NamesWithSpacesAreUnderstood) {
    const auto both = tables("30 1 0:40 / /srv/my\\040nas rw - nfs nas:/v rw\n",
                             "nas:/v /srv/my\\040nas nfs defaults 0 0\n");
    EXPECT_EQ(missing_mount("/srv/my nas", both), std::nullopt);
    EXPECT_NE(missing_mount("/srv/my nas", tables("", "nas:/v /srv/my\\040nas nfs defaults 0 0\n")),
              std::nullopt);
}

TEST_F(MountPoints, WhatNobodyNamesIsNotMissing) {
    EXPECT_EQ(missing_mount("/srv/local", tables("", "nas:/v /srv/nas nfs defaults 0 0\n")),
              std::nullopt);
}

TEST_F(MountPoints, AMountUnitNamesItsFolder) {
    const auto unit = folder_.write("units/srv-my\\x2dnas.mount", "");
    EXPECT_EQ(missing_mount("/srv/my-nas", tables("", "")),
              "/srv/my-nas (named by " + unit.string() + ")");
}

TEST_F(MountPoints, AFolderBoundOntoItselfIsNotMounted) {
    const auto bound =
        fmt::format("30 1 {} /srv/nas /srv/nas rw - ext4 /dev/x rw\n", device_of_root());
    EXPECT_NE(missing_mount("/srv/nas", tables(bound, "nas:/v /srv/nas nfs defaults 0 0\n")),
              std::nullopt);
}

TEST_F(MountPoints, UnitNamesAreEscapedAsSystemdDoes) {
    EXPECT_EQ(mount_unit_name("/srv/av1encd"), "srv-av1encd.mount");
    EXPECT_EQ(mount_unit_name("/srv/a-b c/.d.e"), "srv-a\\x2db\\x20c-.d.e.mount");
    EXPECT_EQ(mount_unit_name("/.hidden"), "\\x2ehidden.mount");
}

TEST_F(MountPoints, ATreeOnTheMountOfTheRootFolderIsNotOnAMountedFileSystem) {
    EXPECT_FALSE(is_mounted(tables(own_mount(device_of_root(), "/", "/"), "")));
}

TEST_F(MountPoints, ATreeOnAnotherMountIsOnAMountedFileSystem) {
    EXPECT_TRUE(is_mounted(tables(own_mount("0:99", "/", "/srv/nas"), "")));
}

TEST_F(MountPoints, ATreeBoundOntoItselfIsNotOnAMountedFileSystem) {
    EXPECT_FALSE(is_mounted(tables(own_mount(device_of_root(), "/srv/nas", "/srv/nas"), "")));
}

TEST_F(MountPoints, AFolderOfTheRootFileSystemBoundElsewhereIsMounted) {
    EXPECT_TRUE(is_mounted(tables(own_mount(device_of_root(), "/data/nas", "/srv/nas"), "")));
}

} // namespace
} // namespace av1encd
