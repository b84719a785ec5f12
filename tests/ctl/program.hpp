#pragma once
// The real av1ctl, run as a shell would.

#include "tests/support/temporary_folder.hpp"

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace av1encd {

struct Finished {
    std::optional<int> exit_status;
    std::optional<int> signal;
    std::string out;
    std::string err;
    bool operator==(const Finished&) const = default;
};

class Program {
public:
    /// Starts it with standard output and error to files, or to `output` where that is a
    /// descriptor.
    explicit Program(std::vector<std::string> arguments, std::vector<std::string> environment = {},
                     std::optional<int> output = std::nullopt);

    pid_t pid() const { return pid_; }
    std::string out() const { return folder_.read("out"); }
    Finished wait();

private:
    TemporaryFolder folder_;
    pid_t pid_ = -1;
};

Finished run_program(std::vector<std::string> arguments, std::vector<std::string> environment = {});

} // namespace av1encd
