#pragma once
// A system bus of a test's own, which everyone may use, and which can be killed and started again.

#include "tests/support/running_program.hpp"
#include "tests/support/temporary_folder.hpp"

#include <memory>
#include <string>

namespace av1encd {

class PrivateBus {
public:
    PrivateBus();

    /// Whether dbus-daemon is installed.
    static bool is_available();
    std::string address() const { return "unix:path=" + socket().native(); }
    /// As others are told of it.
    std::string environment() const { return "DBUS_SYSTEM_BUS_ADDRESS=" + address(); }

    /// Returns once it can be connected to.
    void start();
    void kill();
    /// It takes connections, and never answers until go_on().
    void hang() const;
    void go_on() const;

private:
    std::filesystem::path socket() const { return folder_.path() / "bus"; }

    TemporaryFolder folder_;
    std::unique_ptr<RunningProgram> daemon_;
};

} // namespace av1encd
