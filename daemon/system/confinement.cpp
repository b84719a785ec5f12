#include "daemon/system/confinement.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <linux/capability.h>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace av1encd {

namespace fs = std::filesystem;

namespace {

// Where programs and their libraries are; folders that people have for themselves are not among
// them.
constexpr std::array<std::string_view, 9> system_folders = {
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store"};

// What libraries of ffmpeg look at. Each does without where it is refused, some of them worse:
// rav1e and SVT-AV1 count the cores there.
constexpr std::array<std::string_view, 14> read_by_libraries = {
    "/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/localtime",      "/etc/gcrypt",
    "/etc/gnutls",      "/proc/cpuinfo",      "/proc/meminfo",       "/proc/filesystems",
    "/proc/sys/crypto", "/proc/sys/vm",       "/sys/devices/system", "/sys/fs/cgroup",
    "/dev/urandom",     "/dev/random"};

void let_run_program(FileRules& rules, const fs::path& executable) {
    rules.let_run(executable);
    // One that was built or unpacked somewhere else has its libraries beside it.
    std::error_code unreadable;
    const auto prefix = fs::canonical(executable, unreadable).parent_path().parent_path();
    for (const auto* folder : {"lib", "lib64"})
        if (prefix.has_relative_path())
            rules.let_read(prefix / folder);
    const char* named = std::getenv("LD_LIBRARY_PATH");
    for (std::string_view rest = named != nullptr ? named : ""; !rest.empty();) {
        const auto folder = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
        if (folder.starts_with('/'))
            rules.let_read(folder);
    }
}

void make_where_missing(const fs::path& file) {
    const UniqueFd made(
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0640));
    if (!made)
        throw system_error(errno, "cannot create " + file.string());
}

using Capabilities = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

constexpr std::uint32_t bit_of(int capability) {
    return 1U << capability; // those used here are below 32
}

void set_capabilities(std::uint32_t effective, const Capabilities& permitted) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    auto wanted = permitted;
    for (auto& part : wanted)
        part.effective = part.inheritable = 0;
    wanted[0].effective = effective & permitted[0].permitted;
    ::syscall(SYS_capset, &header, wanted.data());
}

bool can_open(const fs::path& path, int how) {
    const int file = ::open(path.c_str(), how | O_NONBLOCK | O_CLOEXEC);
    if (file >= 0)
        ::close(file);
    return file >= 0 || errno != EACCES;
}

} // namespace

Confinement::Confinement(const fs::path& executable, ConfinementWishes wishes)
    : executable_(executable),
      wishes_(std::move(wishes)) {
    for (const auto folder : system_folders)
        files_.let_run(folder);
    for (const auto path : read_by_libraries)
        files_.let_read(path);
    files_.let_write("/dev/null");
    let_run_program(files_, executable);
    for (const auto& folder : wishes_.own_places)
        files_.let_change(folder);
    for (const auto& path : wishes_.reach.readable)
        files_.let_read(path);
    for (const auto& file : wishes_.reach.writable) {
        make_where_missing(file);
        files_.let_write(file);
    }
}

int Confinement::take_on() const {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return errno;
    give_up_capabilities();
    if (wishes_.memory_bytes) {
        rlimit most{};
        ::getrlimit(RLIMIT_DATA, &most);
        most.rlim_max = std::min<rlim_t>(most.rlim_max, *wishes_.memory_bytes);
        most.rlim_cur = most.rlim_max;
        if (::setrlimit(RLIMIT_DATA, &most) != 0)
            return errno;
    }
    if (const int failure = files_.take_on(); failure != 0)
        return failure;
    // Last: it refuses some of what is done above.
    return wishes_.calls->take_on();
}

/// As far as they are there. The bounding set counts most: root's next exec makes its capabilities
/// of that.
void Confinement::give_up_capabilities() const {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    Capabilities held{};
    ::syscall(SYS_capget, &header, held.data());
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    set_capabilities(bit_of(CAP_SETPCAP), held); // what the next lines take
    constexpr int most_capabilities = 64;
    for (int capability = 0; capability < most_capabilities; ++capability)
        if (capability != CAP_DAC_OVERRIDE)
            ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    // Root keeps one where files are not its own: of a work_dir that another user's daemon made,
    // say.
    set_capabilities(0, held);
    std::uint32_t kept = bit_of(CAP_DAC_OVERRIDE);
    if (reaches_its_files()) {
        set_capabilities(bit_of(CAP_SETPCAP), held);
        ::prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0);
        kept = 0;
    }
    Capabilities left{};
    left[0].permitted = held[0].permitted & kept;
    set_capabilities(kept, left);
}

bool Confinement::reaches_its_files() const {
    if (!can_open(executable_, O_RDONLY))
        return false;
    for (const auto& path : wishes_.reach.readable)
        if (!can_open(path, O_RDONLY))
            return false;
    for (const auto& path : wishes_.reach.writable)
        if (!can_open(path, O_RDWR))
            return false;
    return true;
}

} // namespace av1encd
