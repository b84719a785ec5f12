#include "daemon/share_helper/mending_line.hpp"

#include "common/source_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unistd.h>
#include <vector>

namespace av1encd {
namespace {

bool is_own_group(gid_t group) {
    std::vector<gid_t> groups(static_cast<std::size_t>(std::max(0, ::getgroups(0, nullptr))));
    const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
    groups.resize(static_cast<std::size_t>(std::max(0, count)));
    return group == ::getegid() || std::find(groups.begin(), groups.end(), group) != groups.end();
}

char class_that_counts(const struct stat& status) {
    if (status.st_uid == ::geteuid())
        return 'u';
    return is_own_group(status.st_gid) ? 'g' : 'o';
}

std::string replaced(std::string_view text, char what, std::string_view by) {
    std::string result;
    for (const char c : text) {
        if (c == what)
            result += by;
        else
            result += c;
    }
    return result;
}

} // namespace

std::string shell_quoted(std::string_view path) {
    const auto shown = source_for_display(path);
    if (shown == replaced(path, '\\', "\\\\")) // nothing but backslashes had to be escaped
        return fmt::format("'{}'", replaced(path, '\'', "'\\''"));
    return fmt::format("$'{}'", replaced(shown, '\'', "\\'"));
}

std::string chmod_line(const struct stat& status, std::string_view rights, std::string_view path) {
    return fmt::format("chmod {}+{} {}", class_that_counts(status), rights, shell_quoted(path));
}

} // namespace av1encd
