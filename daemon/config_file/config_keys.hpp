#pragma once
// Every key of the configuration file: its name, and how its value comes into a Config and out of
// it.

#include "daemon/config/config.hpp"
#include "daemon/config_file/yaml_reader.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

struct ConfigKey {
    std::string name; ///< dotted: `encode.audio.codec`
    /// Takes the value over; where it is of the wrong kind, changes nothing and says why.
    std::function<std::vector<Mistake>(const YamlNode&, Config&)> read;
    /// The value as YAML in one line.
    std::function<std::string(const Config&)> print;
};

/// In the order of the documentation; the keys of a section stand together.
const std::vector<ConfigKey>& config_keys();

/// nullptr: there is no such key.
const ConfigKey* find_key(std::string_view name);

/// Whether keys stand below this dotted name: `encode`, `encode.audio`.
bool is_section(std::string_view name);

} // namespace av1encd
