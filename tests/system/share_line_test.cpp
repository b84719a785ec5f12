// Helpers that cannot be started, die, hang or are left behind, seen through a ShareClient.

#include "daemon/system/share_line.hpp"

#include "tests/system/share_client_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace av1encd {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(ShareClientTest, AHelperThatCannotBeStartedIsNamed) {
    auto wrong = options();
    wrong.helper = "/no/such/av1encd-share";
    ShareClient share(loop_.get_executor(), wrong);
    try {
        result(share.open({}, false));
        FAIL();
    } catch (const ShareUnavailable& error) {
        EXPECT_STREQ(error.what(),
                     "cannot start /no/such/av1encd-share: No such file or directory");
    }
    EXPECT_THAT(children(), IsEmpty());
}

TEST_F(ShareClientTest, AHelperInheritsNothingButItsSocket) {
    const int inheritable = ::open(folder_.write("inheritable", "").c_str(), O_RDONLY);
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    const auto fds = fmt::format("/proc/{}/fd", only_child());
    for (const auto& fd : std::filesystem::directory_iterator(fds))
        EXPECT_NE(std::filesystem::read_symlink(fd), work("inheritable"));
    ::close(inheritable);
}

TEST_F(ShareClientTest, AHelperThatDiesIsReplacedByTheNextCall) {
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    ::kill(only_child(), SIGKILL);
    EXPECT_THAT(why_unavailable(share.free_space()), HasSubstr("av1encd-share has died"));
    EXPECT_GT(result(share.free_space()).root_bytes, 0U);
}

TEST_F(ShareClientTest, AHelperThatHangsIsLeftBehindAndReplaced) {
    auto hasty = options();
    hasty.deadlines.scan_batch = 100ms;
    ShareClient share(loop_.get_executor(), hasty);
    result(share.open({}, false));
    const auto hung = only_child();
    ::kill(hung, SIGSTOP);
    EXPECT_THAT(why_unavailable(share.list(Place::done)), HasSubstr("does not answer"));
    EXPECT_GT(result(share.free_space()).root_bytes, 0U);
    EXPECT_THAT(children(), ::testing::Not(::testing::Contains(hung)));
}

TEST_F(ShareClientTest, WhileAHelperHangsTheOthersAnswer) {
    auto hasty = options();
    ShareClient share(loop_.get_executor(), hasty);
    result(share.open({}, false));
    ::kill(only_child(), SIGSTOP); // that of the names
    EXPECT_THAT(result(share.scan_sources()).sources, IsEmpty());
}

TEST_F(ShareClientTest, WhileTooManyAreStuckTheShareIsUnavailable) {
    auto hasty = options();
    hasty.deadlines.scan_batch = 100ms;
    hasty.deadlines.ending = 0ms;
    hasty.deadlines.most_stuck = 1;
    std::optional<ShareClient> client(std::in_place, loop_.get_executor(), hasty);
    auto& share = *client;
    result(share.open({}, false));
    // Traced this way it does not end by SIGKILL until it is let go: as one that waits for a dead
    // server.
    const auto hung = only_child();
    ASSERT_EQ(::ptrace(PTRACE_SEIZE, hung, nullptr, PTRACE_O_TRACEEXIT), 0);
    ::kill(hung, SIGSTOP);
    EXPECT_THAT(why_unavailable(share.list(Place::done)), HasSubstr("does not answer"));
    EXPECT_THAT(why_unavailable(share.free_space()), HasSubstr("1 share helpers are stuck"));
    EXPECT_THAT(children(), ElementsAre(hung));

    while (::ptrace(PTRACE_DETACH, hung, nullptr, nullptr) != 0)
        std::this_thread::yield(); // it has not stopped for its end yet
    loop_.restart();
    loop_.run(); // until it is reaped
    EXPECT_GT(result(share.free_space()).root_bytes, 0U);

    client.reset(); // it waits for the end of its helpers no longer than `ending`
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
}

TEST_F(ShareClientTest, ATransferWhoseHelperDiesCanBeMadeAgain) {
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    const auto names = only_child();
    folder_.write("rendition", large_);
    const auto kill_it = [&](std::uint64_t) {
        for (const auto child : children())
            if (child != names)
                ::kill(child, SIGKILL);
    };
    const SharePath target{Place::output, "a.mp4"};
    EXPECT_THAT(why_unavailable(share.publish(work("rendition"), target, kill_it)),
                HasSubstr("av1encd-share has died"));
    EXPECT_FALSE(std::filesystem::exists(root() / "output/a.mp4"));
    EXPECT_EQ(result(share.publish(work("rendition"), target, nullptr)).outcome,
              PublishOutcome::published);
    finish(share.tidy({}));
    EXPECT_EQ(read("output/a.mp4"), large_);
    std::vector<std::string> left;
    for (const auto& entry : std::filesystem::directory_iterator(root() / "output"))
        left.push_back(entry.path().filename());
    EXPECT_THAT(left, ::testing::UnorderedElementsAre(".av1encd-share", "a.mp4"));
}

TEST_F(ShareClientTest, ATransferThatHangsEndsByItsDeadline) {
    auto hasty = options();
    hasty.deadlines.transfer_step = 500ms;
    ShareClient share(loop_.get_executor(), hasty);
    result(share.open({}, false));
    const auto names = only_child();
    folder_.write("rendition", large_);
    const auto stop_it = [&](std::uint64_t) {
        for (const auto child : children())
            if (child != names)
                ::kill(child, SIGSTOP);
    };
    EXPECT_THAT(
        why_unavailable(share.publish(work("rendition"), {Place::output, "a.mp4"}, stop_it)),
        HasSubstr("does not answer"));
    EXPECT_FALSE(std::filesystem::exists(root() / "output/a.mp4"));
}

TEST_F(ShareClientTest, ACancelledTransferEndsWithItsHelper) {
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    const auto names = only_child();
    folder_.write("rendition", large_);
    asio::cancellation_signal cancel;
    std::exception_ptr end;
    const auto stop = [&](std::uint64_t) { cancel.emit(asio::cancellation_type::terminal); };
    asio::co_spawn(
        loop_, share.publish(work("rendition"), {Place::output, "a.mp4"}, stop),
        asio::bind_cancellation_slot(cancel.slot(), [&](const std::exception_ptr& error,
                                                        const Published&) { end = error; }));
    loop_.restart();
    loop_.run(); // until the helper is reaped
    EXPECT_THROW(std::rethrow_exception(end), boost::system::system_error);
    EXPECT_THAT(children(), ElementsAre(names));
    EXPECT_FALSE(std::filesystem::exists(root() / "output/a.mp4"));
}

TEST_F(ShareClientTest, ACancelledCallLeavesItsLateAnswerUnheard) {
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    write("jobs/to_assign/a.mp4", "video");
    asio::cancellation_signal cancel;
    const auto helper = only_child();
    ::kill(helper, SIGSTOP);
    bool ended = false;
    asio::co_spawn(loop_, share.look({Place::to_assign, "missing.mp4"}),
                   asio::bind_cancellation_slot(cancel.slot(), [&](const std::exception_ptr&,
                                                                   const Look&) { ended = true; }));
    loop_.restart();
    loop_.poll();
    cancel.emit(asio::cancellation_type::terminal);
    while (!ended)
        loop_.run_one();
    ::kill(helper, SIGCONT);
    EXPECT_EQ(result(share.look({Place::to_assign, "a.mp4"})).outcome, LookOutcome::found);
    EXPECT_THAT(children(), ElementsAre(helper));
}

} // namespace
} // namespace av1encd
