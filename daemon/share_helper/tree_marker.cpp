#include "daemon/share_helper/tree_marker.hpp"

#include "daemon/share_helper/call_failed.hpp"
#include "daemon/share_helper/staged_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace av1encd {
namespace {

constexpr std::size_t longest_id = 128;

bool is_id(std::string_view text) {
    return !text.empty() && text.size() <= longest_id &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string first_line(const Spot& marker) {
    const auto file = open_at(marker, O_RDONLY);
    std::array<char, longest_id + 2> text{};
    const auto bytes = ::read(file.get(), text.data(), text.size());
    if (bytes < 0)
        throw ReadFailed(errno, "cannot read", marker.path);
    const std::string_view read(text.data(), static_cast<std::size_t>(bytes));
    return std::string(read.substr(0, read.find('\n')));
}

} // namespace

std::optional<std::string> read_marker(int folder, std::string_view path) {
    const auto marker = find_spot(folder, marker_name, path);
    try {
        const auto id = first_line(marker);
        if (!is_id(id))
            throw TreeUnavailable(fmt::format("the marker {} holds no id: remove it and run "
                                              "`av1ctl adopt`",
                                              marker.path));
        return id;
    } catch (const CallFailed& failure) {
        if (failure.errno_value() == ENOENT)
            return std::nullopt;
        throw;
    }
}

std::string make_marker(int folder, std::string_view path, std::string_view machine,
                        FileSystemSupport support) {
    const auto marker = find_spot(folder, marker_name, path);
    auto id = random_hex() + random_hex();
    StagedFile file(marker, machine, support);
    const auto line = id + "\n";
    if (::write(file.fd(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        throw WriteFailed(errno, "cannot write", file.path());
    file.reopen();
    if (file.commit() == StagedFile::Commit::committed)
        return id;
    return read_marker(folder, path).value_or(id);
}

} // namespace av1encd
