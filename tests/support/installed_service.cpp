#include "tests/support/installed_service.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace av1encd {

void InstalledService::SetUp() {
    const char* package_file = std::getenv("AV1ENCD_DEB");
    if (package_file == nullptr)
        GTEST_SKIP() << "AV1ENCD_DEB names no package (packaging/build-deb makes one)";
    if (const auto reason = Container::reason_not_to_boot())
        GTEST_SKIP() << *reason;
    machine_ = std::make_unique<Container>();
    machine().copy_in(package_file, package());
    machine().demand({"dpkg", "--install", package()});
    machine().shell("useradd --groups av1encd alice; useradd mallory");
    configure(fast);
}

void InstalledService::TearDown() {
    if (machine_ && HasFailure())
        std::cerr << machine().run({"journalctl", "--no-pager", "--lines=200"}).output;
}

std::string InstalledService::property(const std::string& name) {
    return machine().demand({"systemctl", "show", "--property", name, "--value", "av1encd"});
}

std::string InstalledService::daemon_pid() {
    const auto pid = property("MainPID");
    return pid == "0" ? "" : pid;
}

ProgramRun InstalledService::as(const std::string& user, std::vector<std::string> command) {
    const std::vector<std::string> become = {"runuser", "--user", user, "--"};
    command.insert(command.begin(), become.begin(), become.end());
    return machine().run(command);
}

void InstalledService::drop(const std::string& name, const Clip& video) {
    machine().copy_in(clip(video), "/var/tmp/video");
    const auto copied = as("alice", {"cp", "/var/tmp/video", tree + "jobs/to_assign/" + name});
    ASSERT_TRUE(copied.outcome.ended_well()) << copied.outcome.stderr_lines.front();
}

bool InstalledService::exists(const std::string& path) {
    return machine().run({"test", "-e", path}).outcome.ended_well();
}

std::optional<Status> InstalledService::status() {
    const auto run = machine().run({"av1ctl", "--json", "status"});
    if (!run.outcome.ended_well())
        return std::nullopt;
    return status_from_json(run.output);
}

std::string InstalledService::state() {
    const auto now = status();
    return now ? now->state : "";
}

std::vector<std::string> InstalledService::holds() {
    std::vector<std::string> reasons;
    if (const auto now = status())
        for (const auto& hold : now->holds)
            reasons.push_back(hold.reason);
    return reasons;
}

std::string InstalledService::bus_property(const std::string& name) {
    auto value = machine()
                     .run({"busctl", "--auto-start=no", "get-property", "org.av1encd",
                           "/org/av1encd", "org.av1encd.Manager1", name})
                     .output;
    if (value.ends_with('\n'))
        value.pop_back();
    return value;
}

std::string InstalledService::kept_segments() {
    return machine().shell("find /var/lib/av1encd/jobs -path '*/50/*-*' -name '*[0-9]' -type f "
                           "-printf '%i %T@ %p\\n' | sort");
}

void InstalledService::be_in_mid_encode() {
    configure(slow);
    enable();
    drop("long.mp4", long_source);
    ASSERT_TRUE(eventually([&] {
        const auto kept = kept_segments();
        return std::count(kept.begin(), kept.end(), '\n') >= 1;
    }));
}

std::string InstalledService::processes() {
    return machine().run({"ps", "-u", "av1encd", "-o", "pid=,comm="}).output;
}

std::string InstalledService::journal(const std::vector<std::string>& options) {
    std::vector<std::string> words = {"journalctl", "--no-pager", "--unit=av1encd", "--output=cat"};
    words.insert(words.end(), options.begin(), options.end());
    return machine().demand(words);
}

} // namespace av1encd
