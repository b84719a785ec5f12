#include "daemon/system/work_files.hpp"

#include "common/unique_fd.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <random>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>

namespace av1encd {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view part_suffix = ".part";

[[noreturn]] void fail(int errno_value, const std::string& what) {
    const auto error = system_error(errno_value, what);
    if (errno_value == ENOSPC || errno_value == EDQUOT)
        throw DiskFullError(error.what());
    throw error;
}

void make_folders(const fs::path& folder) {
    std::error_code failure;
    fs::create_directories(folder, failure);
    if (failure)
        fail(failure.value(), "cannot make folder " + folder.string());
}

UniqueFd open_file(const fs::path& path, int flags) {
    UniqueFd file(::open(path.c_str(), flags | O_CLOEXEC, 0640));
    if (!file)
        fail(errno, "cannot open " + path.string());
    return file;
}

void flush(int file, const fs::path& path) {
    if (::fsync(file) != 0)
        fail(errno, "cannot flush " + path.string());
}

void flush_at(const fs::path& path, int flags) {
    flush(open_file(path, flags).get(), path);
}

// A file is there after a power loss only if each folder above it is, and any may be new.
void flush_folders(fs::path folder, const fs::path& up_to) {
    for (;; folder = folder.parent_path()) {
        flush_at(folder, O_RDONLY | O_DIRECTORY);
        if (folder == up_to || folder == folder.parent_path())
            return;
    }
}

void write_whole(int file, std::string_view text, const fs::path& path) {
    while (!text.empty()) {
        const auto written = ::write(file, text.data(), text.size());
        if (written >= 0)
            text.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            fail(errno, "cannot write " + path.string());
    }
}

// A part that could not be written whole would only take the space that is missing.
void write_part(const fs::path& part, std::string_view text) {
    const auto file = open_file(part, O_WRONLY | O_CREAT | O_EXCL);
    try {
        write_whole(file.get(), text, part);
    } catch (const Error&) {
        ::unlink(part.c_str());
        throw;
    }
}

std::string read_some(const fs::path& path, std::uint64_t offset, std::size_t most) {
    const auto file = open_file(path, O_RDONLY);
    std::string text(most, '\0');
    std::size_t length = 0;
    while (length < most) {
        const auto count = ::pread(file.get(), text.data() + length, most - length,
                                   static_cast<off_t>(offset + length));
        if (count == 0)
            break;
        if (count > 0)
            length += static_cast<std::size_t>(count);
        else if (errno != EINTR)
            fail(errno, "cannot read " + path.string());
    }
    text.resize(length);
    return text;
}

void remove_tree(const fs::path& path) {
    std::error_code failure;
    fs::remove_all(path, failure);
    if (failure)
        fail(failure.value(), "cannot remove " + path.string());
}

bool is_part(const fs::path& path) {
    return path.extension() == part_suffix;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code failure;
    for (fs::directory_iterator at(folder, failure), end; !failure && at != end;
         at.increment(failure))
        entries.push_back(at->path());
    if (failure)
        fail(failure.value(), "cannot read folder " + folder.string());
    return entries;
}

void remove_parts_below(const fs::path& folder) {
    for (const auto& entry : entries_of(folder)) {
        if (is_part(entry))
            remove_tree(entry);
        else if (fs::is_directory(fs::symlink_status(entry)))
            remove_parts_below(entry);
    }
}

// Absolute, without a slash at its end: what parent_path() of a file in it comes to.
fs::path plain(const fs::path& folder) {
    const auto path = fs::absolute(folder).lexically_normal();
    return path.has_filename() ? path : path.parent_path();
}

std::string random_word() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}", random(), random());
}

struct statvfs file_system_of(const fs::path& folder) {
    struct statvfs facts {};
    if (::statvfs(folder.c_str(), &facts) != 0)
        fail(errno, "cannot ask for the free space of " + folder.string());
    return facts;
}

} // namespace

WorkFiles::WorkFiles(const fs::path& work_dir, DiskThread& disk)
    : work_dir_(plain(work_dir)),
      jobs_(work_dir_ / "jobs"),
      lock_(work_dir_),
      disk_(disk) {
    make_folders(jobs_);
    make_folders(work_dir_ / "logs");
}

WorkFiles::~WorkFiles() {
    disk_.finish();
}

fs::path WorkFiles::path_of(JobId job) const {
    return jobs_ / std::to_string(job.value);
}

fs::path WorkFiles::job_folder(JobId job) {
    auto folder = path_of(job);
    make_folders(folder);
    return folder;
}

fs::path WorkFiles::new_part(const fs::path& final_path) {
    make_folders(final_path.parent_path());
    auto part = final_path;
    part += "." + random_word();
    part += part_suffix;
    return part;
}

Awaitable<void> WorkFiles::commit(fs::path part, fs::path final_path) {
    co_await disk_.run([&] {
        flush_at(part, O_RDONLY);
        if (::rename(part.c_str(), final_path.c_str()) != 0)
            fail(errno, fmt::format("cannot rename {} to {}", part.string(), final_path.string()));
        flush_folders(final_path.parent_path(), work_dir_);
    });
}

void WorkFiles::remove(const fs::path& file) {
    if (::unlink(file.c_str()) != 0 && errno != ENOENT)
        fail(errno, "cannot remove " + file.string());
}

Awaitable<void> WorkFiles::remove_job(JobId job) {
    co_await disk_.run([this, job] { remove_tree(path_of(job)); });
}

Awaitable<void> WorkFiles::clean(std::vector<JobId> keep) {
    co_await disk_.run([&] {
        for (const auto& entry : entries_of(jobs_)) {
            const auto kept = [&](JobId job) { return path_of(job) == entry; };
            if (std::any_of(keep.begin(), keep.end(), kept))
                remove_parts_below(entry);
            else
                remove_tree(entry);
        }
    });
}

std::optional<std::uint64_t> WorkFiles::size_of(const fs::path& file) {
    struct stat facts {};
    if (::stat(file.c_str(), &facts) == 0)
        return static_cast<std::uint64_t>(facts.st_size);
    if (errno == ENOENT || errno == ENOTDIR)
        return std::nullopt;
    fail(errno, "cannot look at " + file.string());
}

Awaitable<std::string> WorkFiles::read(fs::path file, std::uint64_t offset, std::size_t most) {
    co_return co_await disk_.run([&] { return read_some(file, offset, most); });
}

Awaitable<void> WorkFiles::write(fs::path file, std::string text) {
    const auto part = new_part(file);
    co_await disk_.run([&] { write_part(part, text); });
    co_await commit(part, file);
}

std::uint64_t WorkFiles::free_bytes() {
    const auto facts = file_system_of(work_dir_);
    return static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
}

std::uint64_t WorkFiles::total_bytes() {
    const auto facts = file_system_of(work_dir_);
    return static_cast<std::uint64_t>(facts.f_blocks) * facts.f_frsize;
}

} // namespace av1encd
