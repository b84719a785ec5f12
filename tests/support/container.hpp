#pragma once
// A systemd of the test's own over this machine's files: what a test changes in it is seen in it
// only, and gone with it. It ends with the object, and with the test's process.

#include "tests/support/run_program.hpp"
#include "tests/support/running_program.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace av1encd {

class Container {
public:
    /// nullopt: this user may boot one.
    static std::optional<std::string> reason_not_to_boot();

    /// Boots. Throws Error with what its console showed.
    Container();
    ~Container();
    Container(const Container&) = delete;
    Container& operator=(const Container&) = delete;

    /// As root inside, to its end.
    ProgramRun run(const std::vector<std::string>& command) const;
    /// As run(), for a command that has to end well: its stdout, without the last newline. Throws
    /// Error with its complaint.
    std::string demand(const std::vector<std::string>& command) const;
    /// Lines of shell; throws as demand().
    std::string shell(const std::string& lines) const;
    void write(const std::filesystem::path& file, const std::string& text) const;
    void copy_in(const std::filesystem::path& file, const std::filesystem::path& target) const;
    /// Asks systemd inside for it, and waits until it has booted again.
    void reboot() const;

private:
    void wait_until_booted() const;

    TemporaryFolder folder_;
    std::unique_ptr<RunningProgram> program_;
};

} // namespace av1encd
