#include "common/error.hpp"

#include <fmt/format.h>

#include <system_error>

namespace av1encd {

Error system_error(int errno_value, std::string_view what) {
    return Error(fmt::format("{}: {}", what, std::generic_category().message(errno_value)));
}

std::string whole_reason(const std::exception& error) {
    std::string reason = error.what();
    try {
        std::rethrow_if_nested(error);
    } catch (const std::exception& inner) {
        reason += ": " + whole_reason(inner);
    } catch (...) {
        reason += ": unknown error";
    }
    return reason;
}

} // namespace av1encd
