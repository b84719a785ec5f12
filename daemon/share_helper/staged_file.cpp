#include "daemon/share_helper/staged_file.hpp"

#include "daemon/share_helper/call_failed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>
#include <utility>

namespace av1encd {
namespace {

constexpr std::size_t random_digits = 16;

std::string part_name(std::string_view machine) {
    return fmt::format(".{}.{}.part", random_hex(), machine);
}

/// Some file systems report a failed write only here.
void flush_and_close(UniqueFd file, const std::string& path) {
    if (::fsync(file.get()) != 0)
        throw WriteFailed(errno, "cannot flush", path);
    if (::close(file.release()) != 0)
        throw WriteFailed(errno, "cannot close", path);
}

bool means_no_links(int error) {
    return error == EPERM || error == EOPNOTSUPP || error == ENOSYS || error == EMLINK ||
           error == EINVAL || error == EXDEV;
}

} // namespace

StagedFile::StagedFile(const Spot& final_spot, std::string_view machine, FileSystemSupport support)
    : final_(final_spot),
      support_(support),
      part_(final_spot.renamed(part_name(machine))),
      fd_(open_at(part_, O_WRONLY | O_CREAT | O_EXCL, 0666)) {}

StagedFile::~StagedFile() {
    if (placed_)
        return;
    try {
        remove_at(part_);
    } catch (const CallFailed&) {
        // Nobody is left to tell; tidying removes it.
    }
}

UniqueFd StagedFile::reopen() {
    flush_and_close(std::move(fd_), part_.path);
    return open_at(part_, O_RDONLY);
}

StagedFile::Commit StagedFile::commit() {
    const auto commit = place();
    if (commit == Commit::committed)
        flush_at(final_);
    return commit;
}

StagedFile::Commit StagedFile::place() {
    const bool linked =
        support_.links && ::linkat(part_.folder.get(), part_.name.c_str(), final_.folder.get(),
                                   final_.name.c_str(), 0) == 0;
    if (linked)
        return Commit::committed; // the destructor takes the part's name away
    const int error = support_.links ? errno : EPERM;
    // Nearly every failure is EPERM on SSHFS, 'it exists' included.
    if (error == EEXIST || fresh_status_of(final_))
        return Commit::name_taken;
    if (!means_no_links(error))
        throw CallFailed(error, "cannot give its name to", final_.path);
    const auto renamed = rename_without_replacing(part_, final_, Fallback::placeholder, support_);
    placed_ = renamed == Renamed::done;
    if (renamed == Renamed::source_gone)
        throw CallFailed(ENOENT, "somebody removed", part_.path);
    return placed_ ? Commit::committed : Commit::name_taken;
}

bool is_part_of(std::string_view machine, std::string_view name) {
    const auto ending = fmt::format(".{}.part", machine);
    if (name.size() != 1 + random_digits + ending.size() || name.front() != '.' ||
        !name.ends_with(ending))
        return false;
    const auto random = name.substr(1, random_digits);
    return random.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string random_hex() {
    std::uint64_t number = 0;
    // So few bytes are never delivered in part, and never wait once the machine has started.
    if (::getrandom(&number, sizeof number, 0) != sizeof number)
        throw CallFailed(errno, "cannot get a random number from", "the kernel");
    return fmt::format("{:016x}", number);
}

void flush_at(const Spot& spot) {
    const auto file = open_at(spot, O_RDONLY);
    if (::fsync(file.get()) != 0)
        throw WriteFailed(errno, "cannot flush", spot.path);
}

} // namespace av1encd
