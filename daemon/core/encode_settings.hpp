#pragma once
// The encode settings that a job was planned with, as the ledger keeps them: it goes on with them,
// whatever the configuration says by then.

#include "daemon/config/config.hpp"
#include "daemon/core/job.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace av1encd {

/// One line of JSON.
std::string to_text(const EncodeConfig& settings);

/// nullopt where the text is none, or of another version of av1encd: the job is planned anew.
std::optional<EncodeConfig> encode_settings_from(std::string_view text);

/// What the job was planned with, or is to be planned with where it is not yet.
EncodeConfig settings_of(const Job& job, const EncodeConfig& otherwise);

} // namespace av1encd
