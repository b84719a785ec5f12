#pragma once
// What is found out about a source before and while it is encoded: probe and packet scan, from
// which the plan is made, and the one full decode that judges it.

#include "daemon/pipeline/job_in_hand.hpp"

#include <optional>
#include <string>

namespace av1encd {

/// Probes, counts the packets and plans; the plan is then in `hand`. Else why it cannot be encoded.
Awaitable<std::optional<std::string>> study_source(JobInHand& hand, EncodeConfig encode,
                                                   LimitsConfig limits);

/// Decodes the source once, or takes up the list of an earlier run; then hand.source_times is set.
/// Else why the source cannot be encoded.
Awaitable<std::optional<std::string>> judge_source_by_decoding(JobInHand& hand);

/// ffprobe's answer for a file of ours; TaskFailed where it has none.
Awaitable<std::variant<MediaInfo, TaskFailed>> probe(JobInHand& hand, std::filesystem::path file,
                                                     std::string demuxers, TaskKind kind,
                                                     std::string what);

} // namespace av1encd
