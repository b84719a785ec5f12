#include "ctl/part_file.hpp"

#include "common/error.hpp"
#include "common/file_name.hpp"
#include "common/source_text.hpp"
#include "common/utf8.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

namespace av1encd {

namespace {

/// The name is cut where the whole would be longer than a name may be.
std::string part_name_of(const std::string& name) {
    std::random_device random;
    const auto suffix = fmt::format(".{:08x}{:08x}.part", random(), random());
    return fmt::format(".{}{}", cut_at_character(name, longest_file_name - 1 - suffix.size()),
                       suffix);
}

UniqueFd open_folder(const std::filesystem::path& folder) {
    UniqueFd descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!descriptor)
        throw system_error(
            errno, fmt::format("cannot open the folder '{}'", source_for_display(folder.native())));
    return descriptor;
}

} // namespace

PartFile::PartFile(std::filesystem::path folder, std::string name)
    : folder_(std::move(folder)),
      name_(std::move(name)),
      part_name_(part_name_of(name_)),
      folder_fd_(open_folder(folder_)),
      file_(::openat(folder_fd_.get(), part_name_.c_str(),
                     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0664)) {
    if (!file_)
        throw system_error(
            errno, fmt::format("cannot make a file in '{}'", source_for_display(folder_.native())));
}

PartFile::~PartFile() {
    if (!part_name_.empty())
        ::unlinkat(folder_fd_.get(), part_name_.c_str(), 0);
}

void PartFile::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(file_.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            throw system_error(
                errno, fmt::format("cannot write to '{}'", source_for_display(folder_.native())));
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

Publication PartFile::publish() {
    flush();
    const auto publication = give_name();
    if (publication == Publication::published) {
        part_name_.clear();
        ::fsync(folder_fd_.get()); // network file systems refuse it, and need none
    }
    return publication;
}

Publication PartFile::give_name() {
    const int folder = folder_fd_.get();
    if (::linkat(folder, part_name_.c_str(), folder, name_.c_str(), 0) == 0) {
        ::unlinkat(folder, part_name_.c_str(), 0);
        return Publication::published;
    }
    if (errno == EEXIST)
        return Publication::taken;
    if (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS)
        return rename_where_links_are_refused();
    throw system_error(errno, fmt::format("cannot name the copy '{}'",
                                          source_for_display((folder_ / name_).native())));
}

Publication PartFile::rename_where_links_are_refused() {
    const int folder = folder_fd_.get();
    if (::renameat2(folder, part_name_.c_str(), folder, name_.c_str(), RENAME_NOREPLACE) == 0)
        return Publication::published;
    if (errno == EEXIST)
        return Publication::taken;
    const bool flag_unknown = errno == EINVAL || errno == ENOSYS;
    struct stat there {};
    if (flag_unknown && ::fstatat(folder, name_.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0)
        return Publication::taken;
    if (flag_unknown && errno == ENOENT &&
        ::renameat(folder, part_name_.c_str(), folder, name_.c_str()) == 0)
        return Publication::published;
    throw system_error(errno, fmt::format("cannot rename the copy to '{}'",
                                          source_for_display((folder_ / name_).native())));
}

void PartFile::flush() {
    if (::fsync(file_.get()) != 0)
        throw system_error(
            errno, fmt::format("cannot flush to '{}'", source_for_display(folder_.native())));
    file_.reset();
}

} // namespace av1encd
