// Machines that share a tree.

#include "tests/support/fleet.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace av1encd {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

class DaemonFleet : public Fleet {
protected:
    /// How often each rendition was made.
    std::map<std::string, int> made_by(const std::vector<std::string>& machines) {
        std::map<std::string, int> made;
        for (const auto& name : machines) {
            machine(name).serve();
            for (const auto& entry : machine(name).history())
                ++made[entry.source];
        }
        return made;
    }
};

TEST_F(DaemonFleet, DoesEverySourceOnce) {
    const std::vector<std::string> machines = {"m1", "m2", "m3"};
    std::map<std::string, int> once;
    Files expected = {".av1encd-share", "output/.av1encd-share"};
    for (int number = 1; number <= 12; ++number) {
        const auto source = fmt::format("{:02}.mp4", number);
        drop(source, clip({.seconds = 0.2, .hue = number % 3}));
        once[source] = 1;
        expected.insert({"jobs/done/" + source, "output/av1_crf50/" + source});
    }
    for (const auto& name : machines) {
        machine(name).configure("chunk_size: 1");
        machine(name).start({"--once"});
        expected.insert(fmt::format("jobs/logs/{}/av1_job_TIME.log", name));
    }
    for (const auto& name : machines)
        EXPECT_EQ(machine(name).end().exit_status, 0) << machine(name).said();
    EXPECT_EQ(files(), expected) << machine("m1").said() << machine("m2").said()
                                 << machine("m3").said();
    EXPECT_EQ(made_by(machines), once);
}

} // namespace
} // namespace av1encd
