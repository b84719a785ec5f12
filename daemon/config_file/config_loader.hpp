#pragma once
// YAML files -> Config. The values stand in config/config.hpp, their rules in validate().

#include "common/error.hpp"
#include "daemon/config/config.hpp"

#include <filesystem>

namespace av1encd {

/// Reads `file`, then conf.d/*.yaml beside it in name order. Later files win key by key, lists are
/// replaced whole, and what no file says keeps its default. Throws ConfigError with every mistake
/// of all files, one a line, as FILE:LINE:COLUMN: reason; a file that cannot be read is one as
/// "cannot read FILE: reason".
Config load_config(const std::filesystem::path& file);

} // namespace av1encd
