#include "daemon/system/machine_identity.hpp"

#include "common/error.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <sched.h>

namespace av1encd {
namespace {

using ::testing::MatchesRegex;

constexpr std::uint64_t mib = 1U << 20;

TEST(MachineName, TheEnvironmentWinsOverTheConfiguration) {
    EXPECT_EQ(machine_name("m1", nullptr), "m1");
    EXPECT_EQ(machine_name("m1", ""), "m1");
    EXPECT_EQ(machine_name("m1", "m2"), "m2");
    EXPECT_EQ(machine_name("auto", "m2"), "m2");
}

TEST(MachineName, AnEnvironmentThatIsNoNameIsRefused) {
    try {
        machine_name("m1", "../x");
        FAIL() << "it was taken";
    } catch (const ConfigError& error) {
        EXPECT_STREQ(error.what(), "MACHINE_ID in the environment: '../x' is no name: "
                                   "must be letters, digits, '.', '_' and '-'");
    }
}

TEST(MachineName, AutoIsTheSameShortNameEachTime) {
    try {
        const std::string name = machine_name("auto", nullptr);
        EXPECT_THAT(name, MatchesRegex("m-[0-9a-f]{12}"));
        EXPECT_EQ(machine_name("m1", "auto"), name);
    } catch (const Error& error) { // a container without a machine-id
        EXPECT_THAT(error.what(), MatchesRegex("cannot make a name from /etc/machine-id, set "
                                               "machine_id in the configuration: .+"));
    }
}

/// A machine with 8 GiB of free memory whose process runs in the cgroup /a/b.
class MachineIdentityTest : public ::testing::Test {
protected:
    MachineIdentityTest() {
        folder_.write("proc/meminfo", "MemTotal:       16777216 kB\n"
                                      "MemFree:         1000000 kB\n"
                                      "MemAvailable:    8388608 kB\n");
        folder_.write("proc/self/cgroup", "1:name=systemd:/x\n0::/a/b\n");
    }

    TemporaryFolder folder_;
    MachineIdentity machine_{"m1", {folder_.path() / "proc", folder_.path() / "cgroup"}};
};

TEST_F(MachineIdentityTest, HasItsMemoryAndSwapAsFarAsTheCgroupGoes) {
    EXPECT_EQ(machine_.memory_bytes(), 16'384 * mib);
    folder_.write("proc/meminfo", "MemTotal: 16777216 kB\nSwapTotal: 2097152 kB\n");
    EXPECT_EQ(machine_.memory_bytes(), 18'432 * mib);
    folder_.write("cgroup/a/memory.max", "1073741824\n");
    EXPECT_EQ(machine_.memory_bytes(), 3'072 * mib);
    folder_.write("cgroup/a/memory.swap.max", "0\n");
    EXPECT_EQ(machine_.memory_bytes(), 1'024 * mib);
}

int own_processors() {
    cpu_set_t set{};
    return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}

TEST_F(MachineIdentityTest, HasTheNameItWasGiven) {
    EXPECT_EQ(machine_.name(), "m1");
}

TEST_F(MachineIdentityTest, WithoutLimitsItHasWhatTheKernelSays) {
    folder_.write("cgroup/a/b/cpu.max", "max 100000\n");
    folder_.write("cgroup/a/b/memory.max", "max\n");
    EXPECT_EQ(machine_.cores(), own_processors());
    EXPECT_EQ(machine_.available_memory_bytes(), 8192 * mib);
}

TEST_F(MachineIdentityTest, AProcessorLimitOfAnyCgroupAboveHoldsRoundedUp) {
    folder_.write("cgroup/a/cpu.max", "50000 100000\n");
    folder_.write("cgroup/a/b/cpu.max", "9900000 100000\n");
    EXPECT_EQ(machine_.cores(), 1);
}

TEST_F(MachineIdentityTest, AProcessorLimitNeverAddsProcessors) {
    folder_.write("cgroup/cpu.max", "1000000000 1000\n");
    EXPECT_EQ(machine_.cores(), own_processors());
}

TEST_F(MachineIdentityTest, AMemoryLimitLeavesWhatIsNotUsedWithinIt) {
    folder_.write("cgroup/a/memory.max", std::to_string(1024 * mib));
    folder_.write("cgroup/a/memory.current", std::to_string(300 * mib));
    folder_.write("cgroup/a/memory.stat",
                  "anon 1\ninactive_file " + std::to_string(100 * mib) + "\nactive_file 5\n");
    folder_.write("cgroup/a/b/memory.max", std::to_string(2048 * mib));
    EXPECT_EQ(machine_.available_memory_bytes(), 824 * mib);
}

TEST_F(MachineIdentityTest, ALimitBelowWhatIsUsedLeavesNothing) {
    folder_.write("cgroup/a/b/memory.max", std::to_string(mib));
    folder_.write("cgroup/a/b/memory.current", std::to_string(2 * mib));
    EXPECT_EQ(machine_.available_memory_bytes(), 0U);
}

TEST_F(MachineIdentityTest, WithoutProcItHasOneProcessorAtLeast) {
    const MachineIdentity blind("m1", {folder_.path() / "none", folder_.path() / "none"});
    EXPECT_GE(blind.cores(), 1);
    EXPECT_EQ(blind.available_memory_bytes(), 0U);
}

TEST(MachineIdentity, ARealMachineHasProcessorsAndMemory) {
    const MachineIdentity machine("m1", MachineIdentity::Folders{});
    EXPECT_GE(machine.cores(), 1);
    EXPECT_LE(machine.cores(), own_processors());
    EXPECT_GT(machine.available_memory_bytes(), mib);
}

} // namespace
} // namespace av1encd
