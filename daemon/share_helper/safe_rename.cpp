#include "daemon/share_helper/safe_rename.hpp"

#include "daemon/share_helper/call_failed.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>

namespace av1encd {
namespace {

/// 0 or an errno.
int rename_errno(const Spot& from, const Spot& to, unsigned flags) {
    const bool ok = ::renameat2(from.folder.get(), from.name.c_str(), to.folder.get(),
                                to.name.c_str(), flags) == 0;
    return ok ? 0 : errno;
}

bool means_no_such_rename(int error) {
    return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP;
}

/// What a rename that ended with `error` did.
Renamed judge(int error, const struct stat& source, const Spot& from, const Spot& to) {
    if (error == 0)
        return Renamed::done;
    if (error == EEXIST)
        return Renamed::name_taken;
    const auto left = fresh_status_of(from);
    const auto there = fresh_status_of(to);
    if (!left)
        return there && looks_same(*there, source) ? Renamed::done : Renamed::source_gone;
    if (there)
        return Renamed::name_taken;
    throw CallFailed(error, "cannot rename", from.path + " to " + to.path);
}

Renamed rename_after_a_look(const struct stat& source, const Spot& from, const Spot& to) {
    if (status_of(to))
        return Renamed::name_taken;
    return judge(rename_errno(from, to, 0), source, from, to);
}

Renamed rename_over_a_placeholder(const struct stat& source, const Spot& from, const Spot& to) {
    try {
        open_at(to, O_WRONLY | O_CREAT | O_EXCL, 0666);
    } catch (const CallFailed& failure) {
        return judge(failure.errno_value(), source, from, to);
    }
    const int error = rename_errno(from, to, 0);
    if (error == 0)
        return Renamed::done;
    const auto left = fresh_status_of(from);
    const auto there = fresh_status_of(to);
    if (!left && there && looks_same(*there, source))
        return Renamed::done;
    remove_placeholder(to);
    if (!left)
        return Renamed::source_gone;
    throw CallFailed(error, "cannot rename", from.path + " to " + to.path);
}

} // namespace

Renamed rename_without_replacing(const Spot& from, const Spot& to, Fallback fallback,
                                 FileSystemSupport support) {
    const auto source = status_of(from);
    if (!source)
        return Renamed::source_gone;
    const int error = support.rename_noreplace ? rename_errno(from, to, RENAME_NOREPLACE) : EINVAL;
    if (!means_no_such_rename(error))
        return judge(error, *source, from, to);
    return fallback == Fallback::look ? rename_after_a_look(*source, from, to)
                                      : rename_over_a_placeholder(*source, from, to);
}

void remove_placeholder(const Spot& spot) {
    const auto status = status_of(spot);
    if (status && S_ISREG(status->st_mode) && status->st_size == 0)
        remove_at(spot);
}

} // namespace av1encd
