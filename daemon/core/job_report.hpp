#pragma once
// What a person is told of a job that ended: the line in the journal and the text beside a failed
// source.

#include "daemon/core/job.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace av1encd {

/// "done: CRF 24 58MB (71% of 82MB), CRF 60 9.0MB (11%), in 12:40": each rendition's size, its
/// ratio to the source's, and the time since the claim.
std::string done_line(const Job& job, const std::vector<Rendition>& renditions,
                      std::chrono::milliseconds took);

/// What was tried, and the last lines of the encoder.
std::string error_text(const Job& job, const std::string& machine,
                       const std::vector<Rendition>& renditions,
                       const std::vector<Attempt>& attempts);

/// `done` where a rendition was made, `skipped` where all were there already, else `failed`.
JobState end_state(const Job& job, const std::vector<Rendition>& renditions);

} // namespace av1encd
