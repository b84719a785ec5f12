#pragma once
// The line that a person can type to mend what this user may not do.

#include <string>
#include <string_view>
#include <sys/stat.h>

namespace av1encd {

/// As one word for a shell; what is not UTF-8 or would move the cursor is written as `\xHH`.
std::string shell_quoted(std::string_view path);

/// "chmod g+r '/srv/…'": gives the rights to the class (owner, group, others) that counts for this
/// process.
std::string chmod_line(const struct stat& status, std::string_view rights, std::string_view path);

} // namespace av1encd
