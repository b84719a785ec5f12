#pragma once
// The built package, installed in a container of the test's own: av1encd as its users meet it. The
// test is skipped, with the reason, where there is no package or no container to be had.

#include "common/status.hpp"
#include "tests/support/clips.hpp"
#include "tests/support/container.hpp"
#include "tests/support/waiting.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace av1encd {

class InstalledService : public ::testing::Test {
protected:
    /// Encodes for some seconds at the slow settings, in segments of two seconds.
    static constexpr const char* slow = "encode: { crf: [50], preset: 4, segment: 2s }\n";
    static constexpr const char* fast = "encode: { crf: [50], preset: 12 }\n";
    inline static const Clip long_source{"320x240", 14, 0, 50};
    inline static const std::string tree = "/srv/av1encd/";

    /// Boots, installs, and makes the users: alice of the group av1encd, and mallory.
    void SetUp() override;
    void TearDown() override;

    Container& machine() { return *machine_; }
    /// Where the package lies inside.
    static std::string package() { return "/root/av1encd.deb"; }
    /// Lays these keys over the shipped configuration; what was laid there before is gone.
    void configure(const std::string& yaml) { machine().write(extra_config, yaml); }
    inline static const std::string extra_config = "/etc/av1encd/conf.d/test.yaml";

    /// systemctl enable --now av1encd.
    void enable() { machine().demand({"systemctl", "enable", "--now", "av1encd"}); }
    /// A property of the service, by systemctl show.
    std::string property(const std::string& name);
    /// Of its main process; empty: none.
    std::string daemon_pid();

    ProgramRun as(const std::string& user, std::vector<std::string> command);
    /// Brings a video in as alice would, by cp.
    void drop(const std::string& name, const Clip& video = {});
    bool exists(const std::string& path);
    bool is_failed(const std::string& name) { return exists(tree + "jobs/failed/" + name); }
    bool is_done(const std::string& name) { return exists(tree + "jobs/done/" + name); }

    /// nullopt: nobody answers.
    std::optional<Status> status();
    std::string state();
    std::vector<std::string> holds();
    /// A property of org.av1encd.Manager1 as busctl prints it; empty: none to be had.
    std::string bus_property(const std::string& name);

    /// "NUMBER of inode, time, name" of each segment that is finished and kept.
    std::string kept_segments();
    /// Begins the long source at the slow settings, and waits until two of its segments are kept.
    void be_in_mid_encode();
    /// The processes of the daemon's user: pid and name, a line each.
    std::string processes();
    /// What the journal has of the service, a line each.
    std::string journal(const std::vector<std::string>& options = {});

private:
    std::unique_ptr<Container> machine_;
};

} // namespace av1encd
