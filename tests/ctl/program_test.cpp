#include "tests/ctl/program.hpp"

#include "common/status.hpp"
#include "common/unique_fd.hpp"
#include "ctl/command_line.hpp"
#include "tests/ctl/fake_daemon.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace av1encd {
namespace {

TEST(Program, EndsWith64OnWrongUse) {
    EXPECT_EQ(run_program({"lst"}), (Finished{64, std::nullopt, "",
                                              "av1ctl: unknown verb 'lst'\n"
                                              "Try 'av1ctl --help' for more information.\n"}));
}

TEST(Program, EndsWith69WhereThereIsNoDaemon) {
    const TemporaryFolder folder;
    const auto socket = folder.path().native() + "/none.sock";
    const Finished expected{69, std::nullopt, "",
                            "av1ctl: there is no control socket '" + socket +
                                "': start av1encd, 'systemctl start av1encd', or name the socket "
                                "it uses with --socket\n"};
    EXPECT_EQ(run_program({"--socket", socket}), expected);
    EXPECT_EQ(run_program({"list"}, {"AV1ENCD_SOCKET=" + socket}), expected);
}

TEST(Program, PrefersTheSocketOfTheCommandLine) {
    const FakeDaemon daemon({{"org.varlink.service.GetInfo", {reply_of(R"({"version":"9"})")}}});
    EXPECT_EQ(
        run_program({"version", "--socket", daemon.socket()}, {"AV1ENCD_SOCKET=/nowhere"}).out,
        "av1ctl " AV1ENCD_VERSION "\nav1encd 9\n");
}

TEST(Program, EndsWith1AndEveryComplaintWhereItIsRefused) {
    const FakeDaemon daemon(
        {{"org.av1encd.Reload",
          {refusal_of(error_name::refused, "/etc/a.yaml:1:1: unknown key 'x'\n"
                                           "/etc/a.yaml:2:1: doubled key 'y'")}}});
    EXPECT_EQ(run_program({"reload", "--socket", daemon.socket()}),
              (Finished{1, std::nullopt, "",
                        "av1ctl: /etc/a.yaml:1:1: unknown key 'x'\n"
                        "av1ctl: /etc/a.yaml:2:1: doubled key 'y'\n"}));
}

TEST(Program, ExplainsItselfWithoutADaemon) {
    EXPECT_EQ(run_program({"--help"}), (Finished{0, std::nullopt, help_text(), ""}));
    EXPECT_EQ(run_program({"--version"}),
              (Finished{0, std::nullopt, "av1ctl " AV1ENCD_VERSION "\n", ""}));
}

TEST(Program, SaysThatItsOutputCannotBeWritten) {
    const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    EXPECT_EQ(Program({"--help"}, {}, full.get()).wait(),
              (Finished{1, std::nullopt, "",
                        "av1ctl: cannot write the output: No space left on device\n"}));
}

/// A pipe that someone reads.
struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            throw system_error(errno, "pipe2");
        reader = UniqueFd(ends[0]);
        writer = UniqueFd(ends[1]);
    }
    /// Waits for it.
    std::string read_some() const {
        std::array<char, 4096> buffer{};
        const auto got = ::read(reader.get(), buffer.data(), buffer.size());
        return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
    }
    UniqueFd reader;
    UniqueFd writer;
};

Script one_event() {
    EventStatus event;
    event.event = "resumed";
    event.time = "2026-01-01T12:00:00Z";
    return {{"org.av1encd.Tail", {continued_reply_of(to_json(event))}}};
}

TEST(Program, EndsToTailQuietlyWhenItIsInterrupted) {
    const FakeDaemon daemon(one_event());
    for (const int signal : {SIGINT, SIGTERM}) {
        const Pipe pipe;
        Program tail({"tail", "--socket", daemon.socket()}, {"TZ=UTC0"}, pipe.writer.get());
        EXPECT_EQ(pipe.read_some(), "2026-01-01 12:00:00  resumed\n");
        ::kill(tail.pid(), signal);
        EXPECT_EQ(tail.wait(), (Finished{0, std::nullopt, "", ""}));
    }
}

TEST(Program, EndsToTailQuietlyWhenNobodyReads) {
    const FakeDaemon daemon(one_event());
    Pipe pipe;
    Program tail({"tail", "--socket", daemon.socket()}, {}, pipe.writer.get());
    pipe.writer.reset();
    EXPECT_NE(pipe.read_some(), "");
    pipe.reader.reset();
    EXPECT_EQ(tail.wait(), (Finished{0, std::nullopt, "", ""}));
}

TEST(Program, DiesOfTheSignalThatInterruptsAnAddAndLeavesNoPart) {
    const TemporaryFolder share;
    std::filesystem::create_directories(share.path() / "jobs/to_assign");
    const auto video = share.write("from/a.mp4", "");
    // Long enough that the copy still runs when its part has been seen; sparse, so it costs
    // nothing.
    std::filesystem::resize_file(video, std::uintmax_t{16} << 30);
    const auto reply = JsonObject()
                           .add("share_root", share.path().native())
                           .add_list("extensions", {"mp4"})
                           .text();
    const FakeDaemon daemon({{"org.av1encd.Config", {reply_of(reply)}}});
    Program add({"add", "--socket", daemon.socket(), video});
    while (std::filesystem::is_empty(share.path() / "jobs/to_assign"))
        ::poll(nullptr, 0, 1);
    ::kill(add.pid(), SIGINT);
    EXPECT_EQ(add.wait(), (Finished{std::nullopt, SIGINT, "", ""}));
    EXPECT_TRUE(std::filesystem::is_empty(share.path() / "jobs/to_assign"));
}

} // namespace
} // namespace av1encd
