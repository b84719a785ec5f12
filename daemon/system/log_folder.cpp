#include "daemon/system/log_folder.hpp"

#include "common/error.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace av1encd {
namespace {

namespace fs = std::filesystem;

bool is_log_name(std::string_view name) {
    return (name.starts_with("av1_job_") || name.starts_with("errors_av1_job_")) &&
           name.ends_with(".log");
}

std::string job_file_name(const std::string& stem) {
    return fmt::format("av1_job_{}.log", stem);
}

std::string error_file_name(const std::string& stem) {
    return fmt::format("errors_av1_job_{}.log", stem);
}

bool is_empty_file(const fs::path& file) {
    std::error_code error;
    return fs::file_size(file, error) == 0 && !error;
}

} // namespace

LogFolder::LogFolder(fs::path folder, Now now) : folder_(std::move(folder)), now_(std::move(now)) {}

void LogFolder::write(Severity severity, std::string_view line) {
    if (!job_file_.fd)
        open_job_file();
    append(job_file_, line);
    if (severity < Severity::warning)
        return;
    if (!error_file_.fd)
        error_file_ = open(error_file_name(stem_), O_APPEND);
    append(error_file_, line);
}

void LogFolder::open_job_file() {
    std::error_code error;
    fs::create_directory(folder_, error);
    if (error)
        throw system_error(error.value(), fmt::format("cannot make {}", folder_.native()));
    stem_ = next_stem();
    job_file_ = open(job_file_name(stem_), O_APPEND | O_EXCL);
}

/// "20260101_120000", then "20260101_120000_2" …
std::string LogFolder::next_stem() {
    const std::string time = fmt::format("{:%Y%m%d_%H%M%S}", fmt::localtime(now_()));
    if (time != last_time_)
        last_number_ = 0;
    last_time_ = time;
    for (;;) {
        ++last_number_;
        std::string stem = last_number_ == 1 ? time : fmt::format("{}_{}", time, last_number_);
        std::error_code ignored;
        if (!fs::exists(path_of(job_file_name(stem)), ignored) &&
            !fs::exists(path_of(error_file_name(stem)), ignored))
            return stem;
    }
}

LogFolder::OpenFile LogFolder::open(const std::string& name, int flags) const {
    constexpr mode_t mode = 0644;
    const fs::path path = path_of(name);
    UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode));
    if (!fd)
        throw system_error(errno, fmt::format("cannot make {}", path.native()));
    return {name, std::move(fd)};
}

void LogFolder::append(const OpenFile& file, std::string_view text) const {
    while (!text.empty()) {
        const ssize_t written = ::write(file.fd.get(), text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            throw system_error(errno, fmt::format("cannot write {}", path_of(file.name).native()));
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::vector<std::string> LogFolder::rotate() {
    job_file_ = {};
    error_file_ = {};
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code ignored;
        std::string name = entry->path().filename().native();
        if (!is_log_name(name) || !entry->is_regular_file(ignored))
            continue;
        if (is_empty_file(entry->path()))
            remove(name);
        else
            names.push_back(std::move(name));
    }
    if (error && error != std::errc::no_such_file_or_directory)
        throw system_error(error.value(), fmt::format("cannot read {}", folder_.native()));
    std::ranges::sort(names);
    return names;
}

fs::path LogFolder::path_of(const std::string& name) const {
    return folder_ / name;
}

void LogFolder::remove(const std::string& name) {
    std::error_code error;
    fs::remove(path_of(name), error);
    if (error)
        throw system_error(error.value(), fmt::format("cannot remove {}", path_of(name).native()));
}

} // namespace av1encd
