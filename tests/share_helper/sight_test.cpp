#include "daemon/share_helper/sight.hpp"

#include "tests/share_helper/requests_fixture.hpp"
#include "tests/support/mounted_disk.hpp"

#include <sys/mount.h>

namespace av1encd {
namespace {

using SightTest = RequestsTest;

TEST_F(SightTest, AFileWhoseEndCannotBeReadIsUnreadableAndTheShareIsNotAway) {
    if (!MountedDisk::can_mount())
        GTEST_SKIP() << "takes the right to mount";
    auto helper = opened();
    const auto file = write("jobs/in_progress/m1/a.mp4", "");
    // The first byte of a process's memory is nothing: to read it is an input/output error.
    ASSERT_EQ(::mount("/proc/self/mem", file.c_str(), nullptr, MS_BIND, nullptr), 0);
    const LookAtFile look{{TreePlace::in_progress, "a.mp4"}, Freshness::afresh};
    const auto answer = helper.answer(look, {});
    ::umount2(file.c_str(), MNT_DETACH);
    const auto seen = as<FileSeen>(answer);
    EXPECT_EQ(seen.sight, Sight::unreadable);
    EXPECT_EQ(seen.reason, "cannot read a.mp4: Input/output error");
}

} // namespace
} // namespace av1encd
