#include "daemon/share_helper/call_failed.hpp"

#include "common/source_text.hpp"

#include <fmt/format.h>

namespace av1encd {

CallFailed::CallFailed(int errno_value, std::string_view doing, std::string_view path)
    : Error(system_error(errno_value, fmt::format("{} {}", doing, source_for_display(path)))),
      errno_value_(errno_value) {}

} // namespace av1encd
