#include "daemon/system/share_client.hpp"

#include "tests/support/temporary_folder.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <map>
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

/// Children of this process, those that have ended but are not reaped included.
std::vector<pid_t> children() {
    std::vector<pid_t> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        std::ifstream file(entry.path() / "stat");
        std::string stat;
        if (!std::getline(file, stat))
            continue;
        int parent = 0;
        if (std::sscanf(stat.c_str() + stat.rfind(')') + 1, " %*c %d", &parent) == 1 &&
            parent == ::getpid())
            found.push_back(std::stoi(entry.path().filename()));
    }
    return found;
}

pid_t only_child() {
    const auto all = children();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? -1 : all.front();
}

class ShareClientTest : public ::testing::Test {
protected:
    ShareClientOptions options(std::string machine = "m1") const {
        ShareClientOptions options;
        options.helper = AV1ENCD_SHARE;
        options.root = root();
        options.output = root() / "output";
        options.machine = std::move(machine);
        options.extensions = {"mp4"};
        options.deadlines.names =
            30s; // longer than any machine is busy; tests of hanging have theirs
        options.deadlines.scan_batch = 30s;
        options.deadlines.transfer_step = 30s;
        return options;
    }
    std::filesystem::path root() const { return folder_.path() / "share"; }

    /// The coroutine's result. Whatever else the loop has to do may be left undone.
    template <typename T>
    T result(Awaitable<T> call) {
        std::optional<T> value;
        std::exception_ptr failure;
        asio::co_spawn(loop_, std::move(call), [&](std::exception_ptr error, T got) {
            failure = error;
            value = std::move(got);
        });
        loop_.restart();
        while (!value)
            loop_.run_one();
        if (failure)
            std::rethrow_exception(failure);
        return std::move(*value);
    }
    void finish(Awaitable<void> call) {
        result([](Awaitable<void> it) -> Awaitable<int> {
            co_await std::move(it);
            co_return 0;
        }(std::move(call)));
    }
    template <typename T>
    std::string why_unavailable(Awaitable<T> call) {
        try {
            result(std::move(call));
        } catch (const ShareUnavailable& reason) {
            return reason.what();
        }
        return "(available)";
    }

    std::string write(const std::filesystem::path& name, std::string_view text) const {
        return folder_.write("share" / name, text).string();
    }
    std::string read(const std::filesystem::path& name) const {
        return folder_.read("share" / name);
    }
    std::filesystem::path work(const char* name) const { return folder_.path() / name; }

    TemporaryFolder folder_;
    bool made_ = std::filesystem::create_directory(folder_.path() / "share");
    asio::io_context loop_;
    const std::string large_ = std::string(40'000'000, 'v');
};

TEST_F(ShareClientTest, ASourceGoesAllItsWay) {
    ShareClient share(loop_.get_executor(), options());
    const auto markers = result(share.open({}, false));
    EXPECT_EQ(read(".av1encd-share"), markers.root + "\n");
    write("jobs/to_assign/sub/a.mp4", "video");

    const auto scan = result(share.scan_sources());
    EXPECT_THAT(scan.sources, ElementsAre("sub/a.mp4"));
    EXPECT_THAT(scan.strange, IsEmpty());
    EXPECT_EQ(scan.unwatched, "");
    const auto look = result(share.look({Place::to_assign, "sub/a.mp4"}));
    EXPECT_EQ(look.outcome, LookOutcome::found);
    EXPECT_EQ(look.file.bytes, 5U);
    const auto claim = result(share.claim("sub/a.mp4"));
    EXPECT_EQ(claim.outcome, ClaimOutcome::won);
    EXPECT_THAT(result(share.list(Place::in_progress)), ElementsAre("sub/a.mp4"));
    const auto staged =
        result(share.fetch({Place::in_progress, "sub/a.mp4"}, work("source"), nullptr));
    EXPECT_EQ(staged.outcome, StageOutcome::staged);
    EXPECT_EQ(staged.file, look.file);
    EXPECT_EQ(folder_.read("source"), "video");
    const auto published =
        result(share.publish(work("source"), {Place::output, "crf24/sub/a.mp4"}, nullptr));
    EXPECT_EQ(published.outcome, PublishOutcome::published);
    EXPECT_EQ(published.sha256, staged.sha256);
    const auto retired = result(share.retire("sub/a.mp4", Place::done, "sub/a.mp4", look.file));
    EXPECT_EQ(retired.outcome, RetireOutcome::retired);
    EXPECT_EQ(read("jobs/done/sub/a.mp4"), "video");
    EXPECT_EQ(read("output/crf24/sub/a.mp4"), "video");
}

TEST_F(ShareClientTest, AFailedSourceComesBackAndARejectedOutputGoesAside) {
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    write("jobs/failed/a.mp4", "video");
    write("output/a.mp4", "bad");
    EXPECT_EQ(result(share.return_failed("a.mp4", "a.mp4")).outcome, RetireOutcome::retired);
    EXPECT_EQ(result(share.set_aside({Place::output, "a.mp4"})).path, "a.mp4.rejected");
    EXPECT_GT(result(share.free_space()).output_bytes, 0U);
    EXPECT_EQ(result(share.look_afresh({Place::to_assign, "a.mp4"})).file.bytes, 5U);
}

TEST_F(ShareClientTest, BytesThatAreNoTextArriveAsTheyAre) {
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    const std::string name = "\xff\n\x01'\"%03d:.mp4";
    write("jobs/to_assign/" + name, "video");
    EXPECT_THAT(result(share.scan_sources()).sources, ElementsAre(name));
    EXPECT_EQ(result(share.claim(name)).claimed_path, name);
}

TEST_F(ShareClientTest, NewExtensionsCountFromTheNextScanOn) {
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    write("jobs/to_assign/a.mkv", "");
    EXPECT_THAT(result(share.scan_sources()).sources, IsEmpty());
    share.set_extensions({"mkv"});
    EXPECT_THAT(result(share.scan_sources()).sources, ElementsAre("a.mkv"));
}

TEST_F(ShareClientTest, TwoMachinesNeverWinTheSameSource) {
    ShareClient first(loop_.get_executor(), options("m1"));
    ShareClient second(loop_.get_executor(), options("m2"));
    result(first.open({}, false));
    result(second.open({}, false));
    constexpr int sources = 200;
    for (int i = 0; i < sources; ++i)
        write(fmt::format("jobs/to_assign/{}.mp4", i), "video");

    std::map<std::string, int> wins;
    int answers = 0;
    for (auto* share : {&first, &second})
        for (int i = 0; i < sources; ++i)
            asio::co_spawn(loop_, share->claim(fmt::format("{}.mp4", i)),
                           [&](const std::exception_ptr& error, const Claim& claim) {
                               ASSERT_EQ(error, nullptr);
                               ++answers;
                               if (claim.outcome == ClaimOutcome::won)
                                   ++wins[claim.claimed_path];
                           });
    loop_.restart();
    loop_.run();
    EXPECT_EQ(answers, 2 * sources);
    EXPECT_EQ(wins.size(), static_cast<std::size_t>(sources));
    EXPECT_TRUE(std::all_of(wins.begin(), wins.end(), [](const auto& w) { return w.second == 1; }));
}

TEST_F(ShareClientTest, BeforeItIsOpenTheShareIsUnavailable) {
    ShareClient share(loop_.get_executor(), options());
    EXPECT_EQ(why_unavailable(share.scan_sources()), "the share is not open yet");
    EXPECT_THAT(children(), IsEmpty());
}

TEST_F(ShareClientTest, ATreeThatCannotBeOpenedIsUnavailableWithTheReason) {
    std::filesystem::remove(root());
    ShareClient share(loop_.get_executor(), options());
    EXPECT_EQ(why_unavailable(share.open({}, false)),
              "cannot open the folder " + root().string() + ": No such file or directory");
}

TEST_F(ShareClientTest, ATreeThatComesBackIsOpenedByEveryHelperAnew) {
    ShareClient share(loop_.get_executor(), options());
    const auto markers = result(share.open({}, false));
    result(share.scan_sources());
    std::filesystem::rename(root(), work("away"));
    EXPECT_THAT(why_unavailable(share.scan_sources()), HasSubstr("cannot open the folder"));
    // Another folder than before, with the known markers: as after a remount.
    std::filesystem::copy(work("away"), root(), std::filesystem::copy_options::recursive);
    EXPECT_THAT(why_unavailable(share.scan_sources()), HasSubstr("leads to another folder"));
    EXPECT_EQ(result(share.open({markers.root, markers.output}, false)), markers);
    write("jobs/to_assign/a.mp4", "");
    EXPECT_THAT(result(share.scan_sources()).sources, ElementsAre("a.mp4"));
}

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
    const int inheritable = ::open(folder_.write("inheritable", "").c_str(), O_RDONLY); // NOLINT
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

TEST_F(ShareClientTest, ProgressIsToldWhileATransferRuns) {
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    folder_.write("rendition", large_);
    std::uint64_t last = 0;
    bool grows = true;
    const auto note = [&](std::uint64_t bytes) {
        grows = grows && bytes >= last && bytes <= large_.size();
        last = bytes;
    };
    result(share.publish(work("rendition"), {Place::output, "a.mp4"}, note));
    EXPECT_TRUE(grows);
    EXPECT_GT(last, 0U);
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

TEST_F(ShareClientTest, AChangeEndsTheWait) {
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    write("jobs/to_assign/sub/a.mp4", "");
    result(share.scan_sources());
    bool changed = false;
    asio::co_spawn(loop_, share.wait_for_change(),
                   [&](const std::exception_ptr& error) { changed = error == nullptr; });
    loop_.restart();
    loop_.run_for(200ms);
    EXPECT_FALSE(changed);
    write("jobs/to_assign/sub/b.mp4", "");
    loop_.run();
    EXPECT_TRUE(changed);
}

TEST_F(ShareClientTest, AChangeBetweenScanAndWaitIsNotMissed) {
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    result(share.scan_sources());
    write("jobs/to_assign/new/a.mp4", "");
    finish(share.wait_for_change());
}

TEST_F(ShareClientTest, AScanEndsTheWait) {
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    result(share.scan_sources());
    bool ended = false;
    asio::co_spawn(loop_, share.wait_for_change(),
                   [&](const std::exception_ptr& error) { ended = error == nullptr; });
    loop_.restart();
    loop_.poll();
    write("jobs/to_assign/a.mp4", "");
    EXPECT_THAT(result(share.scan_sources()).sources, ElementsAre("a.mp4"));
    loop_.poll();
    EXPECT_TRUE(ended);
}

TEST_F(ShareClientTest, NothingIsLeftOfManyTransfers) {
    const auto open_files = [] {
        return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                             std::filesystem::directory_iterator());
    };
    std::optional<std::ptrdiff_t> before; // once the loop has opened what it keeps
    for (int round = 0; round < 2; ++round) {
        ShareClient share(loop_.get_executor(), options());
        result(share.open({}, false));
        folder_.write("log", "text");
        for (int i = 0; i < 10; ++i)
            result(share.publish(work("log"), {Place::logs, fmt::format("{}.log", i)}, nullptr));
        EXPECT_EQ(read("jobs/logs/m1/9.log"), "text");
        loop_.restart();
        loop_.run(); // until all are reaped
        EXPECT_EQ(children().size(), 1U);
        EXPECT_EQ(before.value_or(open_files()), open_files());
        before = open_files();
    }
    EXPECT_THAT(children(), IsEmpty());
}

} // namespace
} // namespace av1encd
