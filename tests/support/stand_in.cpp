// Stands in for ffmpeg and does what its arguments say, in their order:
//   out=TEXT err=TEXT   one line
//   flood=BYTES         so many bytes, in lines, to stdout and as many to stderr
//   spin=MS             uses so much CPU time
//   memory=MIB          uses so much memory
//   facts               prints what it inherited
//   rights environment  prints them
//   read=PATH write=PATH  tries it, and says how that ended
//   calls               tries system calls that ffmpeg never makes, and says how they ended
//   grandchild          leaves a process of its group that holds the pipes and never ends; its pid
//   stray               the same outside of its group; ends when nobody reads stdout
//   threads=N           starts so many that wait for ever
//   until=PATH          waits for that file
//   ignore-term         goes on at SIGTERM
//   exit=N signal=N forever

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

void say(std::FILE* stream, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stream);
    std::fputc('\n', stream);
    std::fflush(stream);
}

void flood(std::size_t bytes) {
    const std::string line(99, 'x');
    for (std::size_t written = 0; written < bytes; written += line.size() + 1) {
        say(stdout, line);
        say(stderr, line);
    }
}

void spin(long milliseconds) {
    while (std::clock() * 1000 / CLOCKS_PER_SEC < milliseconds) {
    }
}

void use_memory(std::size_t mebibytes) {
    static std::vector<char> memory;
    memory.assign(mebibytes << 20, 'm');
}

void wait_for_file(const std::string& path) {
    while (::access(path.c_str(), F_OK) != 0)
        ::poll(nullptr, 0, 1);
}

[[noreturn]] void wait_for_ever() {
    for (;;)
        ::pause();
}

void leave_grandchild() {
    const auto pid = ::fork();
    if (pid == 0)
        wait_for_ever();
    say(stdout, std::to_string(pid));
}

void start_threads(int count) {
    for (int i = 0; i < count; ++i)
        std::thread(wait_for_ever).detach();
}

void leave_stray() {
    const auto pid = ::fork();
    if (pid == 0) {
        ::setsid();
        pollfd reader{STDOUT_FILENO, 0, 0};
        ::poll(&reader, 1, -1);
        ::_exit(0);
    }
    say(stdout, std::to_string(pid));
}

std::string open_descriptors() {
    std::vector<int> descriptors;
    auto* const folder = ::opendir("/proc/self/fd");
    while (const auto* entry = ::readdir(folder))
        if (entry->d_name[0] != '.' && std::atoi(entry->d_name) != ::dirfd(folder))
            descriptors.push_back(std::atoi(entry->d_name));
    ::closedir(folder);
    std::sort(descriptors.begin(), descriptors.end());
    std::string text;
    for (const int descriptor : descriptors)
        text += " " + std::to_string(descriptor);
    return text;
}

std::string signals_not_at_default() {
    sigset_t blocked;
    ::sigprocmask(SIG_BLOCK, nullptr, &blocked);
    std::string text;
    for (int signal = 1; signal < 32; ++signal) {
        struct sigaction action {};
        ::sigaction(signal, nullptr, &action);
        if (action.sa_handler != SIG_DFL || ::sigismember(&blocked, signal) == 1)
            text += " " + std::to_string(signal);
    }
    return text;
}

std::string lines_of_status(const std::vector<std::string>& names) {
    std::string text;
    std::ifstream lines("/proc/self/status");
    for (std::string name, value; lines >> name && std::getline(lines >> std::ws, value);)
        if (std::find(names.begin(), names.end(), name) != names.end())
            text += " " + name + value;
    return text;
}

void tell(const std::string& what, bool done) {
    say(stdout, what + ": " + (done ? "done" : std::strerror(errno)));
}

void read_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY);
    char byte = 0;
    tell("read", file >= 0 && ::read(file, &byte, 1) >= 0);
}

void write_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    tell("write", file >= 0 && ::write(file, "x", 1) == 1);
}

void tell_environment() {
    for (char** variable = ::environ; *variable != nullptr; ++variable)
        say(stdout, *variable);
}

void try_calls() {
    int ends[2];
    tell("socket", ::socket(AF_INET, SOCK_STREAM, 0) >= 0);
    tell("socketpair", ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    tell("io_uring", ::syscall(SYS_io_uring_setup, 1, nullptr) >= 0);
    tell("ptrace", ::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr) == 0);
    tell("kill", ::kill(::getppid(), 0) == 0);
    tell("tgkill", ::syscall(SYS_tgkill, ::getppid(), ::getppid(), 0) == 0);
    tell("own tgkill", ::syscall(SYS_tgkill, ::getpid(), ::getpid(), 0) == 0);
    tell("unshare", ::unshare(CLONE_NEWUSER) == 0);
    tell("clone", ::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, nullptr, nullptr, nullptr, 0) > 0);
    tell("mount", ::mount("none", "/tmp", "tmpfs", 0, nullptr) == 0);
    tell("setuid", ::setuid(::getuid()) == 0);
    tell("keyctl", ::syscall(SYS_keyctl, 0, 0, 0, 0, 0) >= 0);
    tell("bpf", ::syscall(SYS_bpf, 0, nullptr, 0) >= 0);
    tell("symlink", ::symlink("/etc/passwd", "/tmp/av1encd-never") == 0);
    tell("memfd", ::memfd_create("x", 0) >= 0);
    tell("shared memory", ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                                 -1, 0) != MAP_FAILED);
    tell("private memory", ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    tell("limit of another", ::prlimit(::getppid(), RLIMIT_NOFILE, nullptr, nullptr) == 0);
    tell("own limit", ::prlimit(0, RLIMIT_NOFILE, nullptr, nullptr) == 0);
    std::thread([] {}).join();
    say(stdout, "thread: done");
}

void tell_facts() {
    char target[64] = {};
    if (::readlink("/proc/self/fd/0", target, sizeof target - 1) < 0)
        std::abort();
    int death_signal = 0;
    ::prctl(PR_GET_PDEATHSIG, &death_signal);
    rlimit core{};
    ::getrlimit(RLIMIT_CORE, &core);
    constexpr int of_a_process = 1;
    constexpr int class_shift = 13;
    const auto io = ::syscall(SYS_ioprio_get, of_a_process, 0);
    const int scheduler = ::sched_getscheduler(0);
    const sched_param lowest{1};
    const bool real_time = ::sched_setscheduler(0, SCHED_FIFO, &lowest) == 0;
    const auto* const variable = std::getenv("STAND_IN");
    say(stdout, "leads its group: " + std::to_string(::getpgrp() == ::getpid()));
    say(stdout, "stdin: " + std::string(target));
    say(stdout, "descriptors:" + open_descriptors());
    say(stdout, "signals not at default:" + signals_not_at_default());
    say(stdout, "signal at the parent's death: " + std::to_string(death_signal));
    say(stdout, "core limit: " + std::to_string(core.rlim_max));
    say(stdout, "nice: " + std::to_string(::getpriority(PRIO_PROCESS, 0)));
    say(stdout, "scheduler: " + std::to_string(scheduler));
    say(stdout, "may be real-time: " + std::to_string(real_time));
    say(stdout, "io class: " + std::to_string(io >> class_shift));
    say(stdout, "STAND_IN: " + std::string(variable != nullptr ? variable : "-"));
}

void act(std::string_view word, const std::string& value) {
    if (word == "out")
        say(stdout, value);
    else if (word == "err")
        say(stderr, value);
    else if (word == "flood")
        flood(std::stoul(value));
    else if (word == "spin")
        spin(std::stol(value));
    else if (word == "memory")
        use_memory(std::stoul(value));
    else if (word == "facts")
        tell_facts();
    else if (word == "read")
        read_file(value);
    else if (word == "write")
        write_file(value);
    else if (word == "rights")
        say(stdout, "rights:" + lines_of_status({"NoNewPrivs:", "Seccomp:", "CapInh:", "CapPrm:",
                                                 "CapEff:", "CapBnd:", "CapAmb:"}));
    else if (word == "environment")
        tell_environment();
    else if (word == "calls")
        try_calls();
    else if (word == "grandchild")
        leave_grandchild();
    else if (word == "stray")
        leave_stray();
    else if (word == "threads")
        start_threads(std::stoi(value));
    else if (word == "until")
        wait_for_file(value);
    else if (word == "ignore-term")
        ::signal(SIGTERM, SIG_IGN);
    else if (word == "exit")
        ::_exit(std::stoi(value));
    else if (word == "signal")
        ::raise(std::stoi(value));
    else if (word == "forever")
        wait_for_ever();
    else
        ::_exit(99);
}

} // namespace

int main(int argc, char** argv) {
    for (int at = 1; at < argc; ++at) {
        const std::string_view argument = argv[at];
        const auto equals = argument.find('=');
        act(argument.substr(0, equals),
            equals == argument.npos ? "" : std::string(argument.substr(equals + 1)));
    }
}
