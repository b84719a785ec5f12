#pragma once
// The control socket's interfaces in varlink's own language, as GetInterfaceDescription gives them.

#include <optional>
#include <string_view>

namespace av1encd {

/// nullopt: there is no such interface here.
std::optional<std::string_view> interface_description(std::string_view interface);

} // namespace av1encd
