#pragma once
// Runs a real program to its end, for tests that look at what it did.

#include "daemon/core/process_outcome.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace av1encd {

struct ProgramRun {
    std::string output; ///< stdout
    ProcessOutcome outcome;
};

/// The first argument is the program, looked for in PATH; `environment` (NAME=value) comes beside
/// the test's own. `scratch` is an existing folder of the test's own.
ProgramRun run_program(const std::vector<std::string>& arguments,
                       const std::vector<std::string>& environment,
                       const std::filesystem::path& scratch);

} // namespace av1encd
