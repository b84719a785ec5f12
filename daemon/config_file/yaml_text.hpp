#pragma once
// Text as a YAML scalar.

#include <string>
#include <string_view>

namespace av1encd {

/// Plain where that is read back as it is, in block and flow context alike; else in double quotes.
/// Bytes that are not UTF-8 stay as they are: YAML has no escape for a byte.
std::string yaml_scalar(std::string_view text);

} // namespace av1encd
