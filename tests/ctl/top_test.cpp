// The real `av1ctl top`: in a terminal, and where there is none.

#include "tests/ctl/fake_daemon.hpp"
#include "tests/ctl/program.hpp"
#include "tests/ctl/pseudo_terminal.hpp"
#include "tests/ctl/tmux.hpp"
#include "tests/support/waiting.hpp"

#include "common/status.hpp"
#include "ctl/live_view.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <memory>

namespace av1encd {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Status some_status(std::string source) {
    Status status;
    status.version = "0.1.0";
    status.machine = "m1";
    status.state = "running";
    SlotStatus slot;
    slot.slot = 1;
    slot.source = std::move(source);
    slot.crf = 24;
    slot.done_bytes = 50;
    slot.total_bytes = 100;
    status.slots = {slot};
    status.chunks = {{"chunk01", 50, 200, 10, false}};
    return status;
}

std::vector<Reply> replies_of(const Status& status) {
    return {reply_of(to_json(status))};
}

Script script_of(const Status& status) {
    return {{"org.av1encd.Status", replies_of(status)}, {"org.av1encd.Tail", {}}};
}

Reply event_of(std::string message) {
    EventStatus event;
    event.event = "note";
    event.time = "2026-01-01T12:00:00Z";
    event.message = std::move(message);
    return continued_reply_of(to_json(event));
}

class Top : public ::testing::Test {
protected:
    Top() : daemon(std::make_unique<FakeDaemon>(script_of(some_status("first.mp4")))) {}

    /// Remembers the terminal's modes and what became of the program.
    std::string script() const {
        return fmt::format("trap : INT QUIT HUP\n"
                           "echo the shell was here\n"
                           "stty -g >before\n"
                           "bash -c 'echo $$ >pid; exec {} --socket {} top'\n"
                           "echo $? >status.part\n"
                           "stty -g >after\n"
                           "mv status.part status\n",
                           AV1CTL, daemon->socket().native());
    }
    static bool shows(const Tmux& terminal, const std::string& text) {
        return eventually([&] { return terminal.screen().find(text) != std::string::npos; });
    }
    /// Waits for the program's end.
    static void expect_as_before(const Tmux& terminal, const std::string& exit_status) {
        ASSERT_TRUE(eventually([&] { return !terminal.read("status").empty(); }))
            << terminal.screen();
        EXPECT_EQ(terminal.read("status"), exit_status);
        EXPECT_NE(terminal.read("before"), "");
        EXPECT_EQ(terminal.read("after"), terminal.read("before"));
        EXPECT_TRUE(eventually([&] { return terminal.is_as_at_first(); }));
        EXPECT_THAT(terminal.screen(), HasSubstr("the shell was here"));
        EXPECT_THAT(terminal.screen(), Not(HasSubstr("Slot 01")));
    }
    static void kill(const Tmux& terminal, int signal) {
        ::kill(std::stoi(terminal.read("pid")), signal);
    }

    TemporaryFolder place;
    std::unique_ptr<FakeDaemon> daemon;
};

TEST_F(Top, DrawsAnewOnEvents) {
    const Tmux terminal({80, 12}, script());
    ASSERT_TRUE(shows(terminal, "Slot 01 | [24] first.mp4"));
    ASSERT_TRUE(eventually([&] { return daemon->was_asked("org.av1encd.Tail"); }));
    daemon->answer_with("org.av1encd.Status", replies_of(some_status("second.mp4")));
    daemon->tell("org.av1encd.Tail", event_of("something happened"));
    EXPECT_TRUE(shows(terminal, "something happened"));
    ASSERT_TRUE(shows(terminal, "Slot 01 | [24] second.mp4"));
    EXPECT_THAT(terminal.screen(), Not(HasSubstr("first.mp4")));
    EXPECT_THAT(terminal.screen(), HasSubstr("████"));
    EXPECT_THAT(terminal.screen_with_colours(), HasSubstr("\x1b[32mrunning"));
}

TEST_F(Top, FollowsTheSizeOfItsWindow) {
    const Tmux terminal({120, 20}, script());
    const auto divider = [](int columns) {
        std::string line;
        for (int column = 0; column < columns; ++column)
            line += "─";
        return "\n" + line + "\nChunk 01";
    };
    EXPECT_TRUE(shows(terminal, divider(120)));
    terminal.resize({60, 9});
    EXPECT_TRUE(shows(terminal, divider(60)));
    terminal.resize({140, 30});
    EXPECT_TRUE(shows(terminal, divider(140)));
}

TEST_F(Top, LeavesTheTerminalAsItWasWhenAKeyEndsIt) {
    for (const auto* key : {"q", "C-c", "C-\\\\"}) {
        const Tmux terminal({}, script());
        ASSERT_TRUE(shows(terminal, "Slot 01")) << key;
        EXPECT_FALSE(terminal.is_as_at_first());
        terminal.press(key);
        expect_as_before(terminal, "0");
    }
}

TEST_F(Top, LeavesTheTerminalAsItWasWhenASignalEndsIt) {
    for (const int signal : {SIGTERM, SIGHUP, SIGINT}) {
        const Tmux terminal({}, script());
        ASSERT_TRUE(shows(terminal, "Slot 01")) << signal;
        kill(terminal, signal);
        expect_as_before(terminal, "0");
    }
}

TEST_F(Top, LeavesTheTerminalAsItWasWhenItFails) {
    const Tmux terminal({}, script());
    ASSERT_TRUE(shows(terminal, "Slot 01"));
    daemon->answer_with("org.av1encd.Status", {reply_of(R"({"version":7})")});
    expect_as_before(terminal, "1");
    EXPECT_THAT(terminal.screen(), HasSubstr("av1ctl: 'status.version' in the daemon's answer"));
}

TEST_F(Top, GivesTheTerminalBackWhileItIsStopped) {
    const Tmux terminal({}, fmt::format("set -m\n"
                                        "stty -g >before\n"
                                        "{} --socket {} top\n"
                                        "stty -g >while\n"
                                        "read -r\n"
                                        "fg >/dev/null\n"
                                        "echo $? >status\n",
                                        AV1CTL, daemon->socket().native()));
    ASSERT_TRUE(shows(terminal, "Slot 01"));
    terminal.press("C-z");
    ASSERT_TRUE(eventually([&] { return !terminal.read("while").empty(); }));
    EXPECT_EQ(terminal.read("while"), terminal.read("before"));
    EXPECT_TRUE(eventually([&] { return terminal.is_as_at_first(); }));
    terminal.press("Enter");
    ASSERT_TRUE(shows(terminal, "Slot 01"));
    terminal.press("q");
    EXPECT_TRUE(eventually([&] { return terminal.read("status") == "0"; }));
}

TEST_F(Top, SaysThatTheDaemonHasGoneAndFindsItAgain) {
    const auto socket = place.path() / "control.sock";
    daemon = std::make_unique<FakeDaemon>(script_of(some_status("first.mp4")), socket);
    const Tmux terminal({120, 20}, script());
    ASSERT_TRUE(shows(terminal, "first.mp4"));
    daemon.reset();
    ASSERT_TRUE(shows(terminal, "Daemon   gone since"));
    EXPECT_THAT(terminal.screen(), HasSubstr("State    unknown"));
    daemon = std::make_unique<FakeDaemon>(script_of(some_status("second.mp4")), socket);
    ASSERT_TRUE(shows(terminal, "second.mp4"));
    EXPECT_THAT(terminal.screen(), HasSubstr("av1encd answers again"));
    EXPECT_THAT(terminal.screen(), Not(HasSubstr("gone since")));
}

TEST_F(Top, EndsByAKeyWhileTheDaemonHangs) {
    const Tmux terminal({}, script());
    ASSERT_TRUE(shows(terminal, "Slot 01"));
    daemon->answer_with("org.av1encd.Status", {});
    ASSERT_TRUE(shows(terminal, "Daemon   does not answer since"));
    terminal.press("q");
    expect_as_before(terminal, "0");
}

TEST_F(Top, EndsByASignalWhileItsTerminalIsStuck) {
    const PseudoTerminal terminal(300, 200); // its picture is larger than the line's buffer
    const auto before = terminal.local_modes();
    auto status = some_status("first.mp4");
    status.slots.resize(150, status.slots[0]);
    daemon->answer_with("org.av1encd.Status", replies_of(status));
    Program top({"--socket", daemon->socket(), "top"}, {"TERM=xterm"}, terminal.descriptor());
    ASSERT_TRUE(eventually([&] { return terminal.local_modes() != before; }));
    ASSERT_TRUE(eventually([&] { return daemon->was_asked("org.av1encd.Tail"); }));
    ::kill(top.pid(), SIGTERM);
    EXPECT_EQ(top.wait(), (Finished{0, std::nullopt, "", ""}));
    EXPECT_EQ(terminal.local_modes(), before);
}

long frames_in(const std::string& written) {
    const std::string beginning = "\x1b[?2026h";
    long count = 0;
    for (auto at = written.find(beginning); at != std::string::npos;
         at = written.find(beginning, at + 1))
        ++count;
    return count;
}

TEST_F(Top, DrawsNoMoreThanTenFramesASecondHoweverManyEventsCome) {
    using namespace std::chrono_literals;
    PseudoTerminal terminal(80, 24);
    const auto begun = std::chrono::steady_clock::now();
    Program top({"--socket", daemon->socket(), "top"}, {"TERM=xterm"}, terminal.descriptor());
    ASSERT_TRUE(eventually([&] { return daemon->was_asked("org.av1encd.Tail"); }));
    // Each of these is worth a frame, as it comes only after the last one was drawn.
    constexpr int events_one_by_one = 20;
    for (int number = 0; number < events_one_by_one; ++number) {
        const auto message = fmt::format("event {} of many", number);
        daemon->tell("org.av1encd.Tail", event_of(message));
        ASSERT_TRUE(terminal.shows(message));
    }
    for (int number = 0; number < 200; ++number)
        daemon->tell("org.av1encd.Tail", event_of(fmt::format("event {} at once", number)));
    ASSERT_TRUE(terminal.shows("event 199 at once"));
    const auto passed = std::chrono::steady_clock::now() - begun;
    EXPECT_LE(frames_in(terminal.written()), 1 + passed / 100ms);
    ::kill(top.pid(), SIGTERM);
    EXPECT_EQ(top.wait().exit_status, 0);
}

TEST_F(Top, PrintsOnceWhereThereIsNoTerminal) {
    Screen screen;
    const auto text = render_once(some_status("first.mp4"), screen);
    EXPECT_EQ(run_program({"--socket", daemon->socket(), "top"}, {"TERM=xterm"}),
              (Finished{0, std::nullopt, text, ""}));
    EXPECT_EQ(run_program({"--socket", daemon->socket(), "top", "--json"}).out,
              to_json(some_status("first.mp4")) + "\n");
}

TEST_F(Top, PrintsOnceOnATerminalThatCanDoNoMore) {
    const Tmux terminal({}, "export TERM=dumb\n" + script());
    ASSERT_TRUE(eventually([&] { return terminal.read("status") == "0"; }));
    EXPECT_TRUE(shows(terminal, "Slot 01 | [24] first.mp4"));
}

TEST_F(Top, EndsWith69WhereThereIsNoDaemonAtTheStart) {
    const auto finished = run_program({"--socket", place.path() / "none.sock", "top"});
    EXPECT_EQ(finished.exit_status, 69);
    EXPECT_THAT(finished.err, HasSubstr("there is no control socket"));
    const Tmux terminal(
        {}, fmt::format("{} --socket /nowhere/none.sock top; echo $? >status\n", AV1CTL));
    ASSERT_TRUE(eventually([&] { return terminal.read("status") == "69"; }));
    EXPECT_TRUE(terminal.is_as_at_first());
}

} // namespace
} // namespace av1encd
