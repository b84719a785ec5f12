#pragma once
// Config -> YAML, the way back from load_config().

#include "daemon/config/config.hpp"

#include <string>

namespace av1encd {

/// All of the configuration, every key in the order of the documentation. Loading it gives an equal
/// Config.
std::string to_yaml(const Config& config);

} // namespace av1encd
