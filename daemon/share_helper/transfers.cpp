#include "daemon/share_helper/transfers.hpp"

#include "daemon/share_helper/call_failed.hpp"
#include "daemon/share_helper/sight.hpp"
#include "daemon/share_helper/staged_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

namespace av1encd {
namespace {

// Less than one block: a write that failed most likely found no room.
constexpr std::uint64_t full_below_bytes = std::uint64_t{1024} * 1024;
constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();
const std::string staged_copy = "its copy in work_dir";
const std::string work_file = "the file in work_dir";

/// `nothing` where the file system does not tell.
std::uint64_t free_bytes(int file, std::uint64_t nothing) {
    struct statvfs space {};
    if (::fstatvfs(file, &space) != 0)
        return nothing;
    return std::uint64_t{space.f_bavail} * space.f_frsize;
}

bool is_full(int errno_value) {
    return errno_value == ENOSPC || errno_value == EDQUOT;
}

FileCopied outcome(Copy copy, std::string reason) {
    return {copy, {}, "", std::move(reason)};
}

void empty_again(int target) {
    if (::ftruncate(target, 0) != 0 || ::lseek(target, 0, SEEK_SET) != 0)
        throw LocalFileFailed(CallFailed(errno, "cannot empty", staged_copy).what());
}

FileCopied fetch_opened(const ShareTree& tree, const FetchFile& request, const OpenedFile& source,
                        int target, const CopyProgress& progress) {
    const auto size = source.seen.stamp.bytes;
    if (const auto room = free_bytes(target, no_limit); room < size)
        return outcome(Copy::no_space,
                       fmt::format("work_dir has {} bytes free, the source has {}", room, size));
    // One byte more than there should be: that it is there tells that the source has grown.
    const auto copied =
        copy_bytes({source.file.get(), target, request.file.path, staged_copy}, size + 1, progress);
    const auto now = see_file(tree, {request.file, Freshness::afresh});
    if (now.sight == Sight::gone)
        return outcome(Copy::gone, "");
    if (now.sight == Sight::unreadable)
        return outcome(Copy::unreadable, now.reason);
    const bool untouched = now.stamp == source.seen.stamp && copied.bytes == size;
    return {untouched ? Copy::copied : Copy::changed, now.stamp, copied.sha256, ""};
}

/// Calls that read work_dir's file and nothing else.
template <typename Call>
CopiedBytes read_locally(Call call) {
    try {
        return call();
    } catch (const ReadFailed& failure) {
        throw LocalFileFailed(failure.what());
    }
}

/// As if it had been copied, where the same bytes have the name already.
FileCopied compare_with_existing(const Spot& there, int file, const CopyProgress& progress) {
    ::lseek(file, 0, SEEK_SET);
    const auto wanted = read_locally([&] { return hash_file(file, work_file, progress); });
    const auto status = status_of(there);
    if (!status || !S_ISREG(status->st_mode) ||
        static_cast<std::uint64_t>(status->st_size) != wanted.bytes)
        return outcome(Copy::exists, "");
    const auto found = hash_file(open_at(there, O_RDONLY).get(), there.path,
                                 [&](std::uint64_t) { progress(wanted.bytes); });
    if (found.sha256 != wanted.sha256)
        return outcome(Copy::exists, "");
    flush_at(there);
    return {Copy::copied, stamp_of(*status), found.sha256, ""};
}

FileCopied publish_at(const ShareTree& tree, const Spot& target, int file,
                      const CopyProgress& progress) {
    if (status_of(target))
        return compare_with_existing(target, file, progress);
    StagedFile part(target, tree.machine(), tree.support());
    const auto written = read_locally([&] {
        return copy_bytes({file, part.fd(), work_file, part.path()}, no_limit, progress);
    });
    const auto back = part.reopen();
    const auto read =
        hash_file(back.get(), part.path(), [&](std::uint64_t) { progress(written.bytes); });
    if (read.bytes != written.bytes || read.sha256 != written.sha256)
        throw TreeUnavailable(
            fmt::format("what was written to {} is not what is read from it", part.path()));
    if (part.commit() == StagedFile::Commit::name_taken)
        return compare_with_existing(target, file, progress);
    return {Copy::copied, stamp_of(status_of(back.get(), part.path())), read.sha256, ""};
}

/// What no rights and no room would change: the name, one of its folders that is a file, the size.
bool is_impossible(const CallFailed& failure) {
    switch (failure.errno_value()) {
    case ENAMETOOLONG:
    case ENOTDIR:
    case ELOOP:
    case EISDIR:
    case EINVAL:
    case EILSEQ: return dynamic_cast<const WriteFailed*>(&failure) == nullptr;
    case EFBIG: return true;
    default: return false;
    }
}

/// What a failed write means: on SSHFS a full disk is EIO, and only statvfs tells.
FileCopied judge_write(const ShareTree& tree, const PublishFile& request,
                       const CallFailed& failure) {
    const int error = failure.errno_value();
    const int folder = request.target.place == TreePlace::output ? tree.output() : tree.root();
    const bool may_be_full = error == EIO || error == EPERM;
    if (is_full(error) || (may_be_full && free_bytes(folder, no_limit) < full_below_bytes))
        return outcome(Copy::no_space, failure.what());
    if (is_impossible(failure))
        return outcome(Copy::impossible, failure.what());
    if (!is_about_the_file(error))
        throw CallFailed(failure);
    const auto mending = folder_to_mend(tree, request.target);
    return outcome(Copy::refused,
                   mending ? fmt::format("{}; {}", failure.what(), *mending) : failure.what());
}

} // namespace

FileCopied fetch_file(const ShareTree& tree, const FetchFile& request, int target,
                      const CopyProgress& progress) {
    for (const bool is_last_try : {false, true}) {
        const auto source = open_source(tree, request.file);
        if (source.seen.sight == Sight::gone)
            return outcome(Copy::gone, "");
        if (source.seen.sight == Sight::unreadable)
            return outcome(Copy::unreadable, source.seen.reason);
        try {
            empty_again(target);
            return fetch_opened(tree, request, source, target, progress);
        } catch (const WriteFailed& failure) {
            if (is_full(failure.errno_value()))
                return outcome(Copy::no_space, failure.what());
            throw LocalFileFailed(failure.what());
        } catch (const ReadFailed& failure) {
            tree.check(); // where the whole share is away, that is the reason to give
            if (is_last_try)
                return outcome(Copy::unreadable, failure.what());
        }
    }
    return {};
}

FileCopied publish_file(const ShareTree& tree, const PublishFile& request, int file,
                        const CopyProgress& progress) {
    try {
        return publish_at(tree, tree.make(request.target), file, progress);
    } catch (const ReadFailed&) {
        throw; // what was written cannot be read back: nothing that this file could mend
    } catch (const CallFailed& failure) {
        return judge_write(tree, request, failure);
    }
}

} // namespace av1encd
