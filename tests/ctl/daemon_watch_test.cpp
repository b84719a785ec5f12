#include "ctl/daemon_watch.hpp"

#include "tests/ctl/fake_daemon.hpp"
#include "tests/support/waiting.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

namespace av1encd {
namespace {

using namespace std::chrono_literals;

Status some_status(std::string state) {
    Status status;
    status.state = std::move(state);
    return status;
}

Script script_of(const Status& status) {
    return {{"org.av1encd.Status", {reply_of(to_json(status))}}, {"org.av1encd.Tail", {}}};
}

Reply event_of(std::string event) {
    EventStatus status;
    status.event = std::move(event);
    status.time = "2026-01-01T12:00:00Z";
    status.message = "something happened";
    return continued_reply_of(to_json(status));
}

class WatchOfADaemon : public ::testing::Test {
protected:
    long questions() const {
        const auto requests = daemon->requests();
        return std::count_if(requests.begin(), requests.end(), [](const Request& request) {
            return request.method == "org.av1encd.Status";
        });
    }
    /// At that time, until it is so.
    template <typename Condition>
    bool goes_on_until(DaemonWatch::Time now, Condition condition) {
        return eventually([&] {
            watch.go_on(now);
            return condition();
        });
    }
    bool learns(DaemonWatch::Time now, const std::string& state) {
        return goes_on_until(now, [&] { return watch.state().status.state == state; });
    }
    void tell_and_take(DaemonWatch::Time now, const std::string& event) {
        const auto before = watch.due();
        daemon->tell("org.av1encd.Tail", event_of(event));
        ASSERT_TRUE(goes_on_until(now, [&] { return watch.due() != before; }));
    }

    const TemporaryFolder folder;
    const std::filesystem::path socket = folder.path() / "control.sock";
    std::unique_ptr<FakeDaemon> daemon =
        std::make_unique<FakeDaemon>(script_of(some_status("running")), socket);
    DaemonWatch watch{socket, some_status("starting")};
    const DaemonWatch::Time start = DaemonWatch::Time() + 1h;
};

TEST_F(WatchOfADaemon, AsksOnceASecondWhereNothingHappens) {
    ASSERT_TRUE(learns(start, "running"));
    EXPECT_EQ(watch.due(), start + 1s);
    daemon->answer_with("org.av1encd.Status", {reply_of(to_json(some_status("idle")))});
    watch.go_on(start + 999ms);
    ASSERT_TRUE(learns(start + 1s, "idle"));
    EXPECT_EQ(questions(), 2);
}

TEST_F(WatchOfADaemon, AsksAfterAnEventAndTenTimesASecondAtMost) {
    ASSERT_TRUE(learns(start, "running"));
    daemon->answer_with("org.av1encd.Status", {reply_of(to_json(some_status("idle")))});
    tell_and_take(start + 50ms, "progress");
    EXPECT_EQ(watch.due(), start + 100ms);
    EXPECT_EQ(questions(), 1);
    ASSERT_TRUE(learns(start + 100ms, "idle"));
    EXPECT_EQ(questions(), 2);
    EXPECT_TRUE(watch.state().messages.empty());
}

TEST_F(WatchOfADaemon, MakesMessagesOfEvents) {
    ASSERT_TRUE(learns(start, "running"));
    tell_and_take(start + 50ms, "note");
    ASSERT_EQ(watch.state().messages.size(), 1U);
    EXPECT_EQ(watch.state().messages[0].text, "something happened");
}

TEST_F(WatchOfADaemon, SaysThatADaemonDoesNotAnswerUntilItDoes) {
    ASSERT_TRUE(learns(start, "running"));
    daemon->answer_with("org.av1encd.Status", {});
    ASSERT_TRUE(goes_on_until(start + 1s, [&] { return questions() == 2; }));
    EXPECT_EQ(watch.due(), start + 6s);
    EXPECT_FALSE(watch.go_on(start + 5900ms));
    EXPECT_EQ(watch.state().trouble, "");
    EXPECT_TRUE(watch.go_on(start + 6s));
    EXPECT_TRUE(watch.state().trouble.starts_with("does not answer since "));
    EXPECT_FALSE(watch.go_on(start + 7s));
}

TEST_F(WatchOfADaemon, LooksEverySecondForADaemonThatHasGone) {
    ASSERT_TRUE(learns(start, "running"));
    daemon.reset();
    ASSERT_TRUE(goes_on_until(start, [&] { return !watch.state().trouble.empty(); }));
    EXPECT_TRUE(watch.state().trouble.starts_with("gone since "));
    EXPECT_TRUE(watch.descriptors().empty());
    EXPECT_EQ(watch.due(), start + 1s);
    EXPECT_FALSE(watch.go_on(start + 1s));
    EXPECT_EQ(watch.due(), start + 2s);
    EXPECT_EQ(watch.state().messages.size(), 1U);
    daemon = std::make_unique<FakeDaemon>(script_of(some_status("idle")), socket);
    ASSERT_TRUE(learns(start + 2s, "idle"));
    EXPECT_EQ(watch.state().trouble, "");
    EXPECT_EQ(watch.state().messages.back().text, "av1encd answers again");
}

TEST_F(WatchOfADaemon, SaysWhatADaemonRefuses) {
    ASSERT_TRUE(learns(start, "running"));
    daemon->tell("org.av1encd.Tail", refusal_of(error_name::refused, "events were missed"));
    ASSERT_TRUE(goes_on_until(start, [&] { return !watch.state().trouble.empty(); }));
    EXPECT_TRUE(watch.state().trouble.starts_with("refuses to tell since "));
    EXPECT_EQ(watch.state().messages.back().text, "events were missed");
}

TEST_F(WatchOfADaemon, FailsOnAnAnswerThatIsNotToBeUnderstood) {
    daemon->answer_with("org.av1encd.Status", {reply_of("{}")});
    EXPECT_THROW(goes_on_until(start, [] { return false; }), Error);
}

} // namespace
} // namespace av1encd
