#include "tests/support/private_bus.hpp"

#include "tests/support/waiting.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <sys/wait.h>

namespace av1encd {

namespace {

// As the system bus with packaging/dbus/org.av1encd.conf, but anyone may have any name: the tests
// run as whoever runs them.
constexpr std::string_view configuration = R"(<!DOCTYPE busconfig PUBLIC
  "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
)";

} // namespace

PrivateBus::PrivateBus() {
    // Others come in too.
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
    folder_.write("bus.conf", fmt::format(configuration, socket().native()));
}

bool PrivateBus::is_available() {
    return std::system("command -v dbus-daemon >/dev/null") == 0;
}

void PrivateBus::start() {
    std::filesystem::remove(socket());
    const auto file = folder_.path() / "bus.conf";
    daemon_ = std::make_unique<RunningProgram>(
        RunningProgram::Start{{"dbus-daemon", "--nofork", "--config-file=" + file.native()},
                              {},
                              folder_.path() / "said"});
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(socket()); }));
}

void PrivateBus::kill() {
    daemon_->send(SIGKILL);
    daemon_->wait_for_end(patience);
}

void PrivateBus::hang() const {
    daemon_->send(SIGSTOP);
}

void PrivateBus::go_on() const {
    daemon_->send(SIGCONT);
}

} // namespace av1encd
