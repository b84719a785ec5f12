#include "tests/support/small_disk.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <exception>

namespace av1encd {

namespace {

constexpr int no_mount = 3;

// As an ordinary user in a user namespace of our own, where that is allowed.
bool mount_small(const std::filesystem::path& folder, std::size_t bytes) {
    if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return false;
    const auto options = "size=" + std::to_string(bytes);
    return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("tmpfs", folder.c_str(), "tmpfs", 0, options.c_str()) == 0;
}

std::string result_of(const std::function<std::string()>& act) {
    try {
        return act();
    } catch (const std::exception& error) {
        return std::string("thrown: ") + error.what();
    }
}

[[noreturn]] void act_in_child(int tell, const std::filesystem::path& folder, std::size_t bytes,
                               const std::function<std::string()>& act) {
    if (!mount_small(folder, bytes))
        ::_exit(no_mount);
    const auto text = result_of(act);
    const auto written = ::write(tell, text.data(), text.size());
    ::_exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
}

std::string read_to_end(int from) {
    std::string text;
    std::array<char, 4'096> buffer;
    for (ssize_t count; (count = ::read(from, buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(count));
    return text;
}

} // namespace

std::optional<std::string> on_small_disk(const std::filesystem::path& folder, std::size_t bytes,
                                         const std::function<std::string()>& act) {
    int ends[2];
    if (::pipe(ends) != 0)
        return std::nullopt;
    const pid_t child = ::fork();
    if (child == 0)
        act_in_child(ends[1], folder, bytes, act);
    ::close(ends[1]);
    auto text = read_to_end(ends[0]);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == no_mount)
        return std::nullopt;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        text += " (ended with wait status " + std::to_string(status) + ")";
    return text;
}

} // namespace av1encd
