#pragma once
// Renditions that are already there under a final name: which name this source's renditions take
// beside them, and whether one of them counts.

#include "daemon/pipeline/job_in_hand.hpp"

#include <map>
#include <string>
#include <variant>

namespace av1encd {

/// An output found under its final name, copied near; it may be this source's.
struct ExistingOutput {
    std::filesystem::path copy;
    std::string sha256;
    std::uint64_t bytes = 0;
};

/// Chooses hand.job.output_name (keeps one chosen earlier) and records it. What lies under it
/// already, by CRF, carries this source's hash or none.
Awaitable<std::map<int, ExistingOutput>> choose_output_name(JobInHand& hand);

/// What lies under a final name is not this source's, for this reason.
struct OthersOutput {
    std::string reason;
};

/// Copies what lies under the final name of `crf` near; monostate: nothing lies there.
Awaitable<std::variant<std::monostate, ExistingOutput, OthersOutput>>
find_output(JobInHand& hand, int crf, std::string name);

} // namespace av1encd
