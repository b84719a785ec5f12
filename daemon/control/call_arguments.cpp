#include "daemon/control/call_arguments.hpp"

#include "common/human_format.hpp"
#include "common/source_text.hpp"
#include "daemon/control/control_limits.hpp"

#include <charconv>

namespace av1encd {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::int64_t most_seconds = longest_duration.count();

std::optional<std::int64_t> whole_number(const std::string& text) {
    std::int64_t number = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && rest == end ? std::optional(number) : std::nullopt;
}

std::optional<sys_seconds> time_from(const Argument& argument) {
    if (const auto* text = std::get_if<std::string>(&argument)) {
        const auto number = whole_number(*text);
        return number ? time_from(*number) : from_iso_time(*text);
    }
    const auto* number = std::get_if<std::int64_t>(&argument);
    if (number == nullptr || *number < 0 || *number > 100 * most_seconds)
        return std::nullopt;
    return sys_seconds(seconds(*number));
}

} // namespace

template <typename T>
std::optional<T> CallArguments::take(const std::string& name) {
    const auto found = arguments_.extract(name);
    if (!found)
        return std::nullopt;
    if (auto* value = std::get_if<T>(&found.mapped()))
        return std::move(*value);
    throw InvalidArgument(name);
}

std::optional<std::string> CallArguments::text(const std::string& name) {
    return take<std::string>(name);
}

std::string CallArguments::required_text(const std::string& name) {
    if (auto given = text(name))
        return std::move(*given);
    throw InvalidArgument(name);
}

bool CallArguments::flag(const std::string& name) {
    return take<bool>(name).value_or(false);
}

std::optional<seconds> CallArguments::duration(const std::string& name) {
    const auto number = take<std::int64_t>(name);
    if (!number)
        return std::nullopt;
    if (*number < 1 || *number > most_seconds)
        throw InvalidArgument(name);
    return seconds(*number);
}

std::optional<sys_seconds> CallArguments::time(const std::string& name) {
    const auto found = arguments_.extract(name);
    if (!found)
        return std::nullopt;
    if (const auto time = time_from(found.mapped()))
        return time;
    throw InvalidArgument(name);
}

std::string CallArguments::source() {
    auto bytes = source_from_text(required_text("source"));
    if (!bytes || bytes->empty())
        throw InvalidArgument("source");
    return std::move(*bytes);
}

std::string CallArguments::optional_source() {
    return arguments_.contains("source") ? source() : std::string();
}

void CallArguments::finish() const {
    if (!arguments_.empty())
        throw InvalidArgument(arguments_.begin()->first);
}

} // namespace av1encd
