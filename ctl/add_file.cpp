#include "ctl/add_file.hpp"

#include "common/source_text.hpp"
#include "ctl/part_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace av1encd {

namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20;

Error refusal(const std::filesystem::path& file, std::string_view reason) {
    return Error(fmt::format("cannot add '{}': {}", source_for_display(file.native()), reason));
}

/// Open for reading, and a regular file; never waits for a pipe's other end.
UniqueFd open_video(const std::filesystem::path& file) {
    UniqueFd descriptor(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat status {};
    if (!descriptor || ::fstat(descriptor.get(), &status) != 0)
        throw system_error(errno,
                           fmt::format("cannot add '{}'", source_for_display(file.native())));
    if (S_ISDIR(status.st_mode))
        throw refusal(file, "it is a folder; name the files in it");
    if (!S_ISREG(status.st_mode))
        throw refusal(file, "it is not a regular file");
    return descriptor;
}

bool is_there(const std::filesystem::path& file) {
    struct stat status {};
    if (::lstat(file.c_str(), &status) == 0)
        return true;
    if (errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG)
        throw system_error(errno,
                           fmt::format("cannot look for '{}'", source_for_display(file.native())));
    return false;
}

/// The machine that has a claimed source of this name.
std::optional<std::string> machine_with(const std::filesystem::path& in_progress,
                                        const std::string& name) {
    std::error_code error;
    std::filesystem::directory_iterator machine(in_progress, error);
    for (; !error && machine != std::filesystem::directory_iterator(); machine.increment(error))
        if (is_there(machine->path() / name))
            return machine->path().filename().native();
    if (error && error != std::errc::no_such_file_or_directory)
        throw system_error(error.value(), fmt::format("cannot look into '{}'",
                                                      source_for_display(in_progress.native())));
    return std::nullopt;
}

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// In blocks, so that a signal is heard in between.
std::uint64_t copy(int from, PartFile& to, const std::filesystem::path& file,
                   Interruption& interruption) {
    std::vector<char> block(block_bytes);
    std::uint64_t copied = 0;
    while (true) {
        interruption.check();
        const auto got = ::read(from, block.data(), block.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw system_error(errno,
                               fmt::format("cannot read '{}'", source_for_display(file.native())));
        if (got == 0)
            return copied;
        to.write(std::string_view(block.data(), static_cast<std::size_t>(got)));
        copied += static_cast<std::uint64_t>(got);
    }
}

} // namespace

Inbox::Inbox(const std::filesystem::path& share_root, std::vector<std::string> extensions)
    : jobs_(share_root / "jobs"),
      extensions_(std::move(extensions)) {}

AddedFile Inbox::add(const std::filesystem::path& file, Interruption& interruption) const {
    const auto video = open_video(file);
    const auto name = file.filename().native();
    refuse_unaccepted(name);
    refuse_taken(name);
    PartFile part(jobs_ / "to_assign", name);
    const auto bytes = copy(video.get(), part, file, interruption);
    interruption.check();
    if (part.publish() == Publication::taken)
        throw refusal(name, "a source of this name is in to_assign already");
    return {name, bytes};
}

void Inbox::refuse_unaccepted(const std::string& name) const {
    if (name.starts_with('.'))
        throw refusal(name, "names that begin with a dot are not taken for sources");
    const auto dot = name.rfind('.');
    const auto extension = dot == std::string::npos ? "" : lower_case(name.substr(dot + 1));
    if (std::find(extensions_.begin(), extensions_.end(), extension) == extensions_.end())
        throw refusal(name, fmt::format("av1encd takes only these extensions: {}; see "
                                        "share.extensions in av1encd.yaml(5)",
                                        fmt::join(extensions_, ", ")));
}

void Inbox::refuse_taken(const std::string& name) const {
    for (const auto* folder : {"to_assign", "done"})
        if (is_there(jobs_ / folder / name))
            throw refusal(name, fmt::format("a source of this name is in {} already", folder));
    if (const auto machine = machine_with(jobs_ / "in_progress", name))
        throw refusal(name, fmt::format("a source of this name is in progress on '{}' already",
                                        source_for_display(*machine)));
}

} // namespace av1encd
