#include "ctl/verbs.hpp"

#include "common/human_format.hpp"
#include "common/status.hpp"
#include "tests/ctl/fake_daemon.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <sys/mman.h>
#include <sys/stat.h>

namespace av1encd {
namespace {

/// A file in memory that takes what is written.
class Paper {
public:
    Paper() : file_(::memfd_create("paper", MFD_CLOEXEC)) {}
    Output output() const { return Output(file_.get()); }
    std::string text() const {
        struct stat status {};
        ::fstat(file_.get(), &status);
        std::string text(static_cast<std::size_t>(status.st_size), '\0');
        const auto got = ::pread(file_.get(), text.data(), text.size(), 0);
        return got == status.st_size ? text : "cannot read";
    }

private:
    UniqueFd file_;
};

struct Said {
    int exit_status = -1;
    std::string answer;
    std::string complaint;
    std::vector<Request> requests;
    bool operator==(const Said&) const = default;
};

std::ostream& operator<<(std::ostream& to, const Said& said) {
    to << "exit status " << said.exit_status << "\nanswer: " << said.answer
       << "\ncomplaint: " << said.complaint;
    for (const auto& request : said.requests)
        to << "\nrequest: " << encode_request(request);
    return to;
}

Said said(const Script& script, const std::vector<std::string>& arguments) {
    ::setenv("TZ", "UTC0", 1);
    ::tzset();
    const auto now = *from_iso_time("2026-03-30T12:00:00Z");
    FakeDaemon daemon(script);
    const Paper answers;
    const Paper complaints;
    Session session(parse_command_line(arguments, daemon.socket(), now), Screen(), answers.output(),
                    complaints.output());
    const int exit_status = run(session);
    return {exit_status, answers.text(), complaints.text(), daemon.requests()};
}

Status some_status() {
    Status status;
    status.version = "0.1.0";
    status.machine = "m1";
    status.state = "idle";
    return status;
}

TEST(Verbs, StatusIsTextOrJson) {
    const Script script = {{"org.av1encd.Status", {reply_of(to_json(some_status()))}}};
    const std::vector<Request> requests = {{.method = "org.av1encd.Status"}};
    EXPECT_EQ(said(script, {}),
              (Said{0,
                    "Machine  m1 (av1encd 0.1.0)\n"
                    "State    idle\n"
                    "Jobs     0 waiting, 0 active, 0 done, 0 failed, 0 skipped, 0 unreadable\n"
                    "Totals   0B in 00:00, 0.0 MiB/min\n",
                    "", requests}));
    EXPECT_EQ(said(script, {"status", "--json"}),
              (Said{0, to_json(some_status()) + "\n", "", requests}));
}

const std::vector<JobStatus> one_job = {{"a.mp4", "done", "chunk01", 7, "", {}}};

TEST(Verbs, ListAsksForAStateAndPrintsAnArrayAsJson) {
    const Script script = {
        {"org.av1encd.List", {reply_of(JsonObject().add_json("jobs", to_json(one_job)).text())}}};
    EXPECT_EQ(said(script, {"list", "--state", "done", "--json"}),
              (Said{0,
                    to_json(one_job) + "\n",
                    "",
                    {{.method = "org.av1encd.List", .arguments = {{"state", "done"}}}}}));
    EXPECT_EQ(said(script, {"list", "--no-legend"}),
              (Said{0, "a.mp4  done  chunk01  7B  -  -\n", "", {{.method = "org.av1encd.List"}}}));
}

TEST(Verbs, ShowNamesTheSourceByTheBytesOfTheCommandLine) {
    JobDetailStatus detail;
    detail.job = one_job[0];
    const Script script = {{"org.av1encd.Show", {reply_of(to_json(detail))}}};
    const auto answer = said(script, {"show", "--json", "a\\b\xff.mp4"});
    EXPECT_EQ(
        answer,
        (Said{0,
              to_json(detail) + "\n",
              "",
              {{.method = "org.av1encd.Show", .arguments = {{"source", "a\\\\b\\xff.mp4"}}}}}));
}

EventStatus some_event(std::string message) {
    EventStatus event;
    event.event = "note";
    event.time = "2026-01-01T12:00:00Z";
    event.message = std::move(message);
    return event;
}

TEST(Verbs, TailPrintsALineForEachEvent) {
    const Script script = {
        {"org.av1encd.Tail",
         {continued_reply_of(to_json(some_event("one"))), reply_of(to_json(some_event("two")))}}};
    EXPECT_EQ(
        said(script, {"tail", "a.mp4"}),
        (Said{0,
              "2026-01-01 12:00:00  one\n2026-01-01 12:00:00  two\n",
              "",
              {{.method = "org.av1encd.Tail", .arguments = {{"source", "a.mp4"}}, .more = true}}}));
    EXPECT_EQ(said(script, {"tail", "--json"}).answer,
              to_json(some_event("one")) + "\n" + to_json(some_event("two")) + "\n");
}

TEST(Verbs, PauseTellsWhyAndHowLong) {
    const Script script = {{"org.av1encd.Pause", {reply_of("{}")}}};
    EXPECT_EQ(said(script, {"pause"}),
              (Said{0, "Paused until 'av1ctl resume'.\n", "", {{.method = "org.av1encd.Pause"}}}));
    EXPECT_EQ(
        said(script, {"pause", "--reason", "lunch", "--for", "2h", "--drain"}),
        (Said{0,
              "Running segments finish, then work is paused for 2:00:00.\n",
              "",
              {{.method = "org.av1encd.Pause",
                .arguments = {
                    {"reason", "lunch"}, {"seconds", std::int64_t{7200}}, {"drain", true}}}}}));
    EXPECT_EQ(said(script, {"pause", "--json"}).answer, "{}\n");
}

TEST(Verbs, ResumeTellsWhichHoldsRemain) {
    const auto script = [](std::string holds) {
        return Script{{"org.av1encd.Resume", {reply_of(std::move(holds))}}};
    };
    EXPECT_EQ(said(script(R"({"holds":[]})"), {"resume"}).answer, "The operator hold is lifted.\n");
    EXPECT_EQ(said(script(R"({"holds":["cpu","share"]})"), {"resume"}).answer,
              "The operator hold is lifted.\nStill held by: cpu, share.\n");
    EXPECT_EQ(said(script(R"({"holds":["cpu"]})"), {"resume", "--json"}).answer,
              "{\"holds\":[\"cpu\"]}\n");
}

TEST(Verbs, CancelRetryAdoptAndReloadSayWhatWasDone) {
    const Script script = {{"org.av1encd.Cancel", {reply_of("{}")}},
                           {"org.av1encd.Retry", {reply_of("{}")}},
                           {"org.av1encd.Adopt", {reply_of("{}")}},
                           {"org.av1encd.Reload", {reply_of("{}")}}};
    const Arguments source = {{"source", "a\n.mp4"}};
    EXPECT_EQ(said(script, {"cancel", "a\n.mp4"}),
              (Said{0,
                    "a\\x0a.mp4 goes back to to_assign; this machine takes it again when it "
                    "changes, or after 'av1ctl retry'.\n",
                    "",
                    {{.method = "org.av1encd.Cancel", .arguments = source}}}));
    EXPECT_EQ(said(script, {"retry", "a\n.mp4"}),
              (Said{0,
                    "a\\x0a.mp4 goes through again.\n",
                    "",
                    {{.method = "org.av1encd.Retry", .arguments = source}}}));
    EXPECT_EQ(
        said(script, {"adopt"}),
        (Said{0, "The share's marker is accepted.\n", "", {{.method = "org.av1encd.Adopt"}}}));
    EXPECT_EQ(
        said(script, {"reload"}),
        (Said{0, "The configuration was read again.\n", "", {{.method = "org.av1encd.Reload"}}}));
}

TEST(Verbs, HistoryAsksSinceATimeInUtc) {
    const std::vector<HistoryStatus> history = {
        {"2026-01-01T12:00:00Z", "a.mp4", 24, 100, 40, 0.4, 75, 1.25, "crf24/a.mp4"}};
    const Script script = {
        {"org.av1encd.History",
         {reply_of(JsonObject().add_json("renditions", to_json(history)).text())}}};
    EXPECT_EQ(said(script, {"history", "--since", "2h", "--json"}),
              (Said{0,
                    to_json(history) + "\n",
                    "",
                    {{.method = "org.av1encd.History",
                      .arguments = {{"since", "2026-03-30T10:00:00Z"}}}}}));
    EXPECT_EQ(said(script, {"history", "--no-legend"}),
              (Said{0,
                    "2026-01-01 12:00:00  a.mp4  24  100B  40B  40%  01:15  1.25x  crf24/a.mp4\n",
                    "",
                    {{.method = "org.av1encd.History"}}}));
}

TEST(Verbs, ConfigIsYamlOrTheWholeAnswer) {
    const std::string reply = R"({"config":"workers: 2\n","extensions":["mp4"],"share_root":"/s"})";
    const Script script = {{"org.av1encd.Config", {reply_of(reply)}}};
    EXPECT_EQ(said(script, {"config"}).answer, "workers: 2\n");
    EXPECT_EQ(said(script, {"config", "--json"}).answer, reply + "\n");
}

TEST(Verbs, VersionTellsThatOfTheDaemonToo) {
    const Script script = {{"org.varlink.service.GetInfo", {reply_of(R"({"version":"9.9"})")}}};
    EXPECT_EQ(said(script, {"version"}).answer, "av1ctl " AV1ENCD_VERSION "\nav1encd 9.9\n");
    EXPECT_EQ(said(script, {"version", "--json"}).answer,
              R"({"av1ctl":")" AV1ENCD_VERSION R"(","av1encd":"9.9"})"
              "\n");
}

TEST(Verbs, VersionNeedsNoDaemon) {
    const Script nobody_answers;
    const auto text = said(nobody_answers, {"version"});
    EXPECT_EQ(text.exit_status, 0);
    EXPECT_EQ(text.answer.substr(0, text.answer.find(": ")),
              "av1ctl " AV1ENCD_VERSION "\nav1encd not reachable");
    EXPECT_EQ(said(nobody_answers, {"version", "--json"}).answer,
              R"({"av1ctl":")" AV1ENCD_VERSION R"(","av1encd":null})"
              "\n");
}

class AddVerb : public ::testing::Test {
protected:
    AddVerb() { std::filesystem::create_directories(folder.path() / "caf\xe9/jobs/to_assign"); }

    Said said_of_adding(const std::vector<std::string>& arguments) {
        const auto root = folder.path().native() + "/caf\\xe9";
        const auto reply = JsonObject()
                               .add("config", "")
                               .add("share_root", root)
                               .add_list("extensions", {"mp4"})
                               .text();
        return said({{"org.av1encd.Config", {reply_of(reply)}}}, arguments);
    }
    TemporaryFolder folder;
};

TEST_F(AddVerb, PrintsALineForEachFile) {
    const auto a = folder.write("a.mp4", "12345").native();
    const auto b = folder.write("b\xff.mp4", "").native();
    const auto answer = said_of_adding({"add", a, b});
    EXPECT_EQ(answer, (Said{0,
                            "added a.mp4 (5B)\nadded b\\xff.mp4 (0B)\n",
                            "",
                            {{.method = "org.av1encd.Config"}}}));
    EXPECT_EQ(folder.read("caf\xe9/jobs/to_assign/a.mp4"), "12345");
}

TEST_F(AddVerb, PrintsAnObjectForEachFileAsJson) {
    const auto file = folder.write("b\xff.mp4", "123").native();
    EXPECT_EQ(said_of_adding({"add", "--json", file}).answer,
              "{\"source\":\"b\\\\xff.mp4\",\"bytes\":3}\n");
}

TEST_F(AddVerb, GoesOnAfterARefusalAndFailsAtTheEnd) {
    const auto text = folder.write("a.txt", "x").native();
    const auto video = folder.write("b.mp4", "x").native();
    const auto answer = said_of_adding({"add", text, folder.path().native(), video});
    EXPECT_EQ(answer.exit_status, 1);
    EXPECT_EQ(answer.answer, "added b.mp4 (1B)\n");
    EXPECT_EQ(answer.complaint,
              "av1ctl: cannot add 'a.txt': av1encd takes only these extensions: mp4; see "
              "share.extensions in av1encd.yaml(5)\n"
              "av1ctl: cannot add '" +
                  folder.path().native() + "': it is a folder; name the files in it\n");
}

} // namespace
} // namespace av1encd
