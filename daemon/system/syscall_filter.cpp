#include "daemon/system/syscall_filter.hpp"

#include "common/error.hpp"
#include "common/unique_fd.hpp"

#include <cerrno>
#include <cstring>
#include <linux/seccomp.h>
#include <memory>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

namespace av1encd {

namespace {

using Context = std::unique_ptr<void, decltype(&::seccomp_release)>;

// By families, each for what it would reach. Names that this libseccomp or architecture does not
// know are passed over.
constexpr const char* never_needed[] = {
    // the network, and services of this machine
    "socket", "socketpair", "socketcall", "connect", "bind", "listen", "accept", "accept4",
    // around this filter
    "io_uring_setup", "io_uring_enter", "io_uring_register",
    // other processes
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease",
    "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "kcmp", "kill", "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    // memory that RLIMIT_DATA does not count, or that others share
    "memfd_create", "memfd_secret", "shmget", "shmat", "shmctl", "shmdt", "semget", "semop",
    "semtimedop", "semctl", "msgget", "msgsnd", "msgrcv", "msgctl", "ipc", "mq_open", "mq_unlink",
    // mounts and roots
    "mount", "umount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree",
    "open_tree_attr", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "swapon",
    "swapoff", "quotactl", "quotactl_fd", "name_to_handle_at", "open_by_handle_at",
    // namespaces; clone() is looked at below
    "unshare", "setns",
    // files that lead whoever opens them elsewhere
    "symlink", "symlinkat", "link", "linkat", "mknod", "mknodat",
    // keys
    "keyctl", "add_key", "request_key",
    // another user or more rights
    "setuid", "setuid32", "setgid", "setgid32", "setreuid", "setreuid32", "setregid", "setregid32",
    "setresuid", "setresuid32", "setresgid", "setresgid32", "setgroups", "setgroups32", "setfsuid",
    "setfsuid32", "setfsgid", "setfsgid32", "capset",
    // rarely used parts of the kernel, and the machine itself
    "bpf", "perf_event_open", "userfaultfd", "fanotify_init", "personality", "modify_ldt",
    "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot",
    "syslog", "acct", "iopl", "ioperm", "settimeofday", "stime", "clock_settime", "clock_settime64",
    "clock_adjtime", "clock_adjtime64", "adjtimex", "sethostname", "setdomainname", "vhangup",
    "nfsservctl", "lookup_dcookie"};

void require(int result) {
    if (result < 0)
        throw system_error(-result, "cannot make the filter of system calls");
}

void refuse(const Context& filter, const char* name, std::vector<scmp_arg_cmp> where = {},
            int with = EPERM) {
    const int number = ::seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR)
        return;
    const int result =
        ::seccomp_rule_add_array(filter.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(with)), number,
                                 static_cast<unsigned>(where.size()), where.data());
    // One that this architecture has by another name only.
    if (result != -EDOM)
        require(result);
}

scmp_arg_cmp all_of(unsigned argument, scmp_datum_t bits) {
    return {argument, SCMP_CMP_MASKED_EQ, bits, bits};
}

void refuse_namespaces(const Context& filter) {
#if defined(__s390__) || defined(__CRIS__)
    constexpr unsigned flags = 1;
#else
    constexpr unsigned flags = 0;
#endif
    for (const int kind : {CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER,
                           CLONE_NEWPID, CLONE_NEWNET})
        refuse(filter, "clone", {all_of(flags, static_cast<scmp_datum_t>(kind))});
    // Its flags are in memory, where no filter looks. Without it the C library takes clone().
    refuse(filter, "clone3", {}, ENOSYS);
}

void refuse_by_arguments(const Context& filter) {
    refuse_namespaces(filter);
    constexpr unsigned flags_of_mmap = 3;
    for (const auto* name : {"mmap", "mmap2"})
        refuse(filter, name, {all_of(flags_of_mmap, MAP_SHARED | MAP_ANONYMOUS)});
    // Limits of others; 0 is the caller.
    refuse(filter, "prlimit64", {{0, SCMP_CMP_NE, 0, 0}});
    // What would be typed into the terminal that the daemon may have been started from.
    constexpr scmp_datum_t all_bits = 0xffffffff;
    for (const int request : {TIOCSTI, TIOCLINUX})
        refuse(filter, "ioctl",
               {{1, SCMP_CMP_MASKED_EQ, all_bits, static_cast<scmp_datum_t>(request)}});
}

std::vector<sock_filter> program_of(const Context& filter) {
    // libseccomp 2.5 writes into a descriptor only.
    const UniqueFd file(::memfd_create("filter", MFD_CLOEXEC));
    if (!file)
        throw system_error(errno, "cannot make the filter of system calls");
    require(::seccomp_export_bpf(filter.get(), file.get()));
    const auto bytes = ::lseek(file.get(), 0, SEEK_END);
    std::vector<sock_filter> program(static_cast<std::size_t>(bytes) / sizeof(sock_filter));
    if (::pread(file.get(), program.data(), static_cast<std::size_t>(bytes), 0) != bytes)
        throw system_error(EIO, "cannot make the filter of system calls");
    return program;
}

/// EFAULT: filters are there, and this one (none) could not be read.
std::optional<std::string> why_no_filters() {
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, nullptr, 0, 0) == -1 && errno != EFAULT)
        return std::strerror(errno);
    return std::nullopt;
}

} // namespace

SyscallFilter::SyscallFilter() : why_missing_(why_no_filters()) {
    if (why_missing_)
        return;
    const Context filter(::seccomp_init(SCMP_ACT_ALLOW), &::seccomp_release);
    if (!filter)
        throw system_error(ENOMEM, "cannot make the filter of system calls");
    // Calls of another architecture, whose numbers mean something else.
    require(::seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM)));
    // A binary tree instead of a chain of comparisons.
    require(::seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2));
    for (const auto* name : never_needed)
        refuse(filter, name);
    refuse_by_arguments(filter);
    program_ = program_of(filter);
}

int SyscallFilter::take_on() const {
    if (why_missing_)
        return 0;
    const sock_fprog program{static_cast<unsigned short>(program_.size()),
                             const_cast<sock_filter*>(program_.data())};
    return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 ? 0 : errno;
}

} // namespace av1encd
