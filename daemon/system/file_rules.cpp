#include "daemon/system/file_rules.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace av1encd {

namespace {

// Newer than the headers of Debian 12.
constexpr std::uint64_t truncate = 1ULL << 14;
constexpr std::uint64_t all_of_version_1 = (1ULL << 13) - 1;

constexpr std::uint64_t read_file = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t read = read_file | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t run = read | LANDLOCK_ACCESS_FS_EXECUTE;
constexpr std::uint64_t write = read_file | LANDLOCK_ACCESS_FS_WRITE_FILE | truncate;
constexpr std::uint64_t change = read | write | LANDLOCK_ACCESS_FS_MAKE_REG |
                                 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                 LANDLOCK_ACCESS_FS_REMOVE_DIR;
// Of those, what may be granted for a file that is no folder.
constexpr std::uint64_t of_files = write | LANDLOCK_ACCESS_FS_EXECUTE;

/// The kernel's struct landlock_ruleset_attr as of version 6.
struct Attributes {
    std::uint64_t files = 0;
    std::uint64_t network = 0; ///< TCP: to bind, to connect; since version 4
    std::uint64_t scoped = 0;  ///< abstract sockets, signals to others; since version 6
};

/// All that this version knows of files.
std::uint64_t files_of(int version) {
    constexpr int kinds_of_version_1 = 13;
    const int later = std::min(version, 3) - 1 + (version >= 5 ? 1 : 0);
    return (1ULL << (kinds_of_version_1 + later)) - 1;
}

UniqueFd make_rules(int version) {
    Attributes attributes;
    attributes.files = files_of(version);
    std::size_t size = sizeof attributes.files;
    if (version >= 4) {
        attributes.network = 3;
        size = sizeof attributes.files + sizeof attributes.network;
    }
    if (version >= 6) {
        attributes.scoped = 3;
        size = sizeof attributes;
    }
    return UniqueFd(
        static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0U)));
}

int version_of_kernel() {
    return static_cast<int>(::syscall(SYS_landlock_create_ruleset, nullptr, std::size_t{0},
                                      LANDLOCK_CREATE_RULESET_VERSION));
}

/// 0, or an errno. Async-signal-safe.
int add_rule(int rules, int path, std::uint64_t access) {
    landlock_path_beneath_attr rule{};
    rule.allowed_access = access;
    rule.parent_fd = path;
    return ::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0U) == 0
               ? 0
               : errno;
}

} // namespace

static_assert(all_of_version_1 == LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1);

std::optional<std::string> why_no_file_rules() {
    if (version_of_kernel() > 0)
        return std::nullopt;
    return errno == EOPNOTSUPP ? "Landlock is turned off" : std::strerror(errno);
}

FileRules::FileRules() : version_(std::max(0, version_of_kernel())) {
    if (version_ == 0)
        return;
    rules_ = make_rules(version_);
    if (!rules_)
        throw system_error(errno, "cannot make rules on files");
}

void FileRules::let_read(const std::filesystem::path& path) {
    grant(path, read);
}

void FileRules::let_run(const std::filesystem::path& path) {
    grant(path, run);
}

void FileRules::let_write(const std::filesystem::path& file) {
    grant(file, write);
}

void FileRules::let_change(const std::filesystem::path& folder) {
    grant(folder, change);
}

void FileRules::grant(const std::filesystem::path& path, std::uint64_t access) {
    if (!rules_)
        return;
    const UniqueFd place(::open(path.c_str(), O_PATH | O_CLOEXEC));
    if (!place && (errno == ENOENT || errno == ENOTDIR || errno == EACCES))
        return;
    struct stat facts {};
    if (!place || ::fstat(place.get(), &facts) != 0)
        throw system_error(errno, "cannot make rules on " + path.string());
    if (!S_ISDIR(facts.st_mode))
        access &= of_files;
    const int failure = add_rule(rules_.get(), place.get(), access & files_of(version_));
    if (failure != 0)
        throw system_error(failure, "cannot make rules on " + path.string());
}

int FileRules::take_on() const {
    if (!rules_)
        return 0;
    // Of the child: in its parent the name stands for another folder.
    const int self = ::open("/proc/self", O_PATH | O_CLOEXEC);
    const int failure = self < 0 ? 0 : add_rule(rules_.get(), self, read);
    if (self >= 0)
        ::close(self);
    if (failure != 0)
        return failure;
    return ::syscall(SYS_landlock_restrict_self, rules_.get(), 0U) == 0 ? 0 : errno;
}

} // namespace av1encd
