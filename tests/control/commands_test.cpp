#include "common/protocol.hpp"
#include "tests/control/control_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pwd.h>
#include <regex>
#include <unistd.h>

namespace av1encd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string this_user() {
    return ::getpwuid(::geteuid())->pw_name;
}

class Commands : public testing::Test {
protected:
    std::string call(std::string_view method, std::string_view parameters = "{}") {
        return TestClient(server.socket()).call(method, parameters);
    }
    template <typename Failure>
    void fail_with(const Failure& failure) {
        steering.failure = std::make_exception_ptr(failure);
    }

    TestServer server;
    FakeSteering& steering = server.steering;
};

TEST_F(Commands, StatusGivesTheFieldsOfTheStatus) {
    steering.status_now.machine = "m1";
    steering.status_now.state = "idle";
    EXPECT_EQ(call("org.av1encd.Status"), R"({"parameters":)" + to_json(steering.status_now) + "}");
}

TEST_F(Commands, ListGivesTheJobsOfAState) {
    steering.jobs.resize(1);
    steering.jobs.front().source = "a.mp4";
    EXPECT_EQ(call("org.av1encd.List", R"({"state":"done"})"),
              R"({"parameters":{"jobs":)" + to_json(steering.jobs) + "}}");
    EXPECT_THAT(steering.calls, ElementsAre("list 'done'"));
}

TEST_F(Commands, ListWithoutAStateGivesAll) {
    EXPECT_EQ(call("org.av1encd.List"), R"({"parameters":{"jobs":[]}})");
    EXPECT_THAT(steering.calls, ElementsAre("list ''"));
}

TEST_F(Commands, ShowGivesOneJobFlat) {
    steering.job.job.source = "sub/a.mp4";
    EXPECT_EQ(call("org.av1encd.Show", R"({"source":"sub/a.mp4"})"),
              R"({"parameters":)" + to_json(steering.job) + "}");
    EXPECT_THAT(steering.calls, ElementsAre("show 'sub/a.mp4'"));
}

TEST_F(Commands, ASourceThatIsNotUtf8IsTakenAsEscapedText) {
    call("org.av1encd.Show", R"({"source":"a\\xFF\\\\b\nc.mp4"})");
    EXPECT_THAT(steering.calls, ElementsAre("show 'a\xff\\b\nc.mp4'"));
}

TEST_F(Commands, PauseTakesReasonTimeAndDrain) {
    EXPECT_EQ(call("org.av1encd.Pause", R"({"reason":"noise","seconds":90,"drain":true})"),
              R"({"parameters":{}})");
    EXPECT_EQ(call("org.av1encd.Pause"), R"({"parameters":{}})");
    EXPECT_THAT(steering.calls, ElementsAre("pause 'noise' 90 drain by " + this_user(),
                                            "pause '' - now by " + this_user()));
}

TEST_F(Commands, ResumeTellsWhichHoldsRemain) {
    steering.holds_after_resume = {"disk", "share"};
    EXPECT_EQ(call("org.av1encd.Resume"), R"({"parameters":{"holds":["disk","share"]}})");
    EXPECT_THAT(steering.calls, ElementsAre("resume by " + this_user()));
}

TEST_F(Commands, CancelRetryAdoptAndReloadSayWhoAsked) {
    for (const auto* method : {"Cancel", "Retry"})
        EXPECT_EQ(call(std::string("org.av1encd.") + method, R"({"source":"a.mp4"})"),
                  R"({"parameters":{}})");
    for (const auto* method : {"Adopt", "Reload"})
        EXPECT_EQ(call(std::string("org.av1encd.") + method), R"({"parameters":{}})");
    EXPECT_THAT(steering.calls,
                ElementsAre("cancel 'a.mp4' by " + this_user(), "retry 'a.mp4' by " + this_user(),
                            "adopt by " + this_user(), "reload by " + this_user()));
}

TEST_F(Commands, HistoryTakesAnyFormOfTime) {
    steering.renditions.resize(1);
    steering.renditions.front().source = "a.mp4";
    EXPECT_EQ(call("org.av1encd.History"),
              R"({"parameters":{"renditions":)" + to_json(steering.renditions) + "}}");
    call("org.av1encd.History", R"({"since":"1970-01-02T00:00:00Z"})");
    call("org.av1encd.History", R"({"since":86400})");
    call("org.av1encd.History", R"({"since":"86400"})");
    EXPECT_THAT(steering.calls,
                ElementsAre("history -1", "history 86400", "history 86400", "history 86400"));
}

TEST_F(Commands, ConfigGivesWhatAddNeeds) {
    steering.config_now = {"workers: 2\n", "/srv/\xff", {"mp4", "mkv"}};
    EXPECT_EQ(call("org.av1encd.Config"),
              R"({"parameters":{"config":"workers: 2\n","share_root":"/srv/\\xff",)"
              R"("extensions":["mp4","mkv"]}})");
}

TEST_F(Commands, GetInfoNamesTheInterfaces) {
    EXPECT_EQ(call("org.varlink.service.GetInfo"),
              R"({"parameters":{"vendor":"av1encd","product":"av1encd","version":"0.1.0","url":"",)"
              R"("interfaces":["org.varlink.service","org.av1encd"]}})");
}

TEST_F(Commands, EveryMethodThatIsDescribedIsThere) {
    std::size_t described = 0;
    for (const std::string interface : {"org.av1encd", "org.varlink.service"}) {
        const auto reply = call("org.varlink.service.GetInterfaceDescription",
                                R"({"interface":")" + interface + "\"}");
        const auto text = text_member(decode_reply(reply).parameters, "description");
        EXPECT_THAT(text, HasSubstr("\ninterface " + interface + "\n"));
        const std::regex method("\nmethod ([A-Za-z]+)\\(");
        for (std::sregex_iterator found(text.begin(), text.end(), method), end; found != end;
             ++found, ++described)
            EXPECT_THAT(call(interface + "." + (*found)[1].str(), R"({"nonsense":1})"),
                        testing::Not(HasSubstr("MethodNotFound")));
    }
    EXPECT_EQ(described, 14U);
}

TEST_F(Commands, DescribesNoOtherInterface) {
    EXPECT_EQ(call("org.varlink.service.GetInterfaceDescription", R"({"interface":"org.x"})"),
              R"({"error":"org.varlink.service.InterfaceNotFound",)"
              R"("parameters":{"interface":"org.x"}})");
}

TEST_F(Commands, AnUnknownMethodIsNamed) {
    EXPECT_EQ(call("org.av1encd.Explode"), R"({"error":"org.varlink.service.MethodNotFound",)"
                                           R"("parameters":{"method":"org.av1encd.Explode"}})");
}

TEST_F(Commands, TailIsCalledWithMore) {
    EXPECT_EQ(call("org.av1encd.Tail"),
              R"({"error":"org.varlink.service.ExpectedMore","parameters":{}})");
}

struct WrongCall {
    const char* method;
    const char* parameters;
    const char* blamed;
};

class WrongArguments : public Commands, public testing::WithParamInterface<WrongCall> {};

TEST_P(WrongArguments, AreNamedAndNothingIsDone) {
    const auto& wrong = GetParam();
    EXPECT_EQ(call(std::string("org.av1encd.") + wrong.method, wrong.parameters),
              R"({"error":"org.varlink.service.InvalidParameter","parameters":{"parameter":")" +
                  std::string(wrong.blamed) + "\"}}");
    EXPECT_THAT(steering.calls, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Each, WrongArguments,
    testing::Values(
        WrongCall{"Status", R"({"x":1})", "x"}, WrongCall{"List", R"({"state":7})", "state"},
        WrongCall{"Show", "{}", "source"}, WrongCall{"Show", R"({"source":1})", "source"},
        WrongCall{"Show", R"({"source":""})", "source"},
        WrongCall{"Show", R"({"source":"a\\q"})", "source"},
        WrongCall{"Show", R"({"source":["a"]})", "source"},
        WrongCall{"Cancel", R"({"source":"a","force":true})", "force"},
        WrongCall{"Retry", R"({"source":null})", "source"},
        WrongCall{"Pause", R"({"reason":false})", "reason"},
        WrongCall{"Pause", R"({"seconds":"9"})", "seconds"},
        WrongCall{"Pause", R"({"seconds":0})", "seconds"},
        WrongCall{"Pause", R"({"seconds":9223372036854775807})", "seconds"},
        WrongCall{"Pause", R"({"drain":"yes"})", "drain"}, WrongCall{"Resume", R"({"x":"y"})", "x"},
        WrongCall{"History", R"({"since":"yesterday"})", "since"},
        WrongCall{"History", R"({"since":-1})", "since"}, WrongCall{"Config", R"({"x":{}})", "x"}));

TEST_F(Commands, WhatIsNotFoundIsSaidSo) {
    fail_with(NotFound("no such source: 'a.mp4'"));
    EXPECT_EQ(call("org.av1encd.Show", R"({"source":"a.mp4"})"),
              R"({"error":"org.av1encd.NotFound",)"
              R"("parameters":{"reason":"no such source: 'a.mp4'"}})");
}

TEST_F(Commands, ARefusalComesWithEveryComplaint) {
    fail_with(Refused("a.yaml:1:1: first\na.yaml:2:1: second"));
    EXPECT_EQ(call("org.av1encd.Reload"),
              R"({"error":"org.av1encd.Refused",)"
              R"("parameters":{"reason":"a.yaml:1:1: first\na.yaml:2:1: second"}})");
}

TEST_F(Commands, AnyOtherFailureIsRefusedWithItsWholeReason) {
    try {
        try {
            throw std::runtime_error("disk I/O error");
        } catch (const std::exception&) {
            std::throw_with_nested(Error("cannot read the ledger"));
        }
    } catch (const Error&) {
        steering.failure = std::current_exception();
    }
    EXPECT_EQ(call("org.av1encd.History"),
              R"({"error":"org.av1encd.Refused",)"
              R"("parameters":{"reason":"cannot read the ledger: disk I/O error"}})");
}

} // namespace
} // namespace av1encd
