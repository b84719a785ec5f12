#include "daemon/control/dbus_service.hpp"

#include "tests/control/bus_fixture.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace av1encd {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Holds = std::vector<sdbus::Struct<std::string, std::string, std::string, std::string>>;

JobStatus job_of(std::string source, std::string state = "encoding", double fraction = 0) {
    JobStatus job;
    job.source = std::move(source);
    job.state = std::move(state);
    job.renditions = {{24, "encoding", fraction, 1, 0, 0}, {60, "encoding", fraction, 1, 0, 0}};
    return job;
}

EventStatus event_of(std::string kind, std::string source = "a.mp4") {
    EventStatus event;
    event.event = std::move(kind);
    event.source = std::move(source);
    return event;
}

EventStatus progress_of(std::string source, int crf, double fraction) {
    auto event = event_of("progress", std::move(source));
    event.crf = crf;
    event.fraction = fraction;
    return event;
}

class DbusServiceTest : public ServedBusFixture {
protected:
    void show_job(const JobStatus& job) {
        service->now([&](FakeSteering& steering) { steering.jobs = {job}; });
        ASSERT_TRUE(eventually([&] { return client->objects().size() == 1; }));
    }
};

TEST_F(DbusServiceTest, ShowsWhatTheDaemonShows) {
    service->in_loop([&] {
        auto& status = service->steering.status_now;
        status.version = "0.1.0";
        status.machine = "m1";
        status.state = "paused";
        status.holds = {{"operator", "backup (by anna)", "2026-01-01T00:00:00Z", {}},
                        {"cpu", "cc1plus", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"}};
        status.jobs.active = 2;
        status.jobs.waiting = 300;
    });
    EXPECT_EQ(client->property<std::string>("Version"), "0.1.0");
    EXPECT_EQ(client->property<std::string>("Machine"), "m1");
    EXPECT_EQ(client->property<std::string>("State"), "paused");
    EXPECT_EQ(client->property<std::uint64_t>("ActiveJobs"), 2U);
    EXPECT_EQ(client->property<std::uint64_t>("WaitingSources"), 300U);
    const Holds holds = {
        {"operator", "backup (by anna)", "2026-01-01T00:00:00Z", ""},
        {"cpu", "cc1plus", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"},
    };
    EXPECT_EQ(client->property<Holds>("Holds"), holds);
    EXPECT_EQ(client->all_properties().size(), 6U);
}

/// "property State s", "method Pause", "arg reason s in" …, without what the tool itself adds.
std::multiset<std::string> members_of(const std::string& description,
                                      const std::string& interface) {
    const auto begin = description.find("<interface name=\"" + interface + "\"");
    const auto text = description.substr(begin, description.find("</interface>", begin) - begin);
    const std::regex member(R"re(<(property|method|signal|arg) ([^>]*[^>/])/?>)re");
    std::multiset<std::string> members;
    for (std::sregex_iterator match(text.begin(), text.end(), member), end; match != end; ++match) {
        const auto attributes = match->str(2);
        std::string words = match->str(1);
        for (const std::string name : {"name", "type", "direction"}) {
            std::smatch value;
            if (std::regex_search(attributes, value, std::regex(name + "=\"([^\"]*)\"")))
                words += " " + value.str(1);
        }
        members.insert(words);
    }
    return members;
}

std::string description_of(const std::string& interface) {
    std::ostringstream text;
    text << std::ifstream(AV1ENCD_SOURCE_DIR "/packaging/dbus/" + interface + ".xml").rdbuf();
    return text.str();
}

TEST_F(DbusServiceTest, DescribesItselfAsTheInstalledDescriptionsDo) {
    show_job(job_of("a.mp4"));
    const auto manager = members_of(description_of("org.av1encd.Manager1"), "org.av1encd.Manager1");
    EXPECT_GE(manager.size(), 13U);
    EXPECT_EQ(members_of(client->introspect("/org/av1encd"), "org.av1encd.Manager1"), manager);
    const auto job = members_of(description_of("org.av1encd.Job1"), "org.av1encd.Job1");
    EXPECT_EQ(job, (std::multiset<std::string>{"property Source s", "property State s",
                                               "property Progress d"}));
    EXPECT_EQ(members_of(client->introspect("/org/av1encd/job/1"), "org.av1encd.Job1"), job);
}

TEST_F(DbusServiceTest, HasAnObjectForEachActiveJob) {
    show_job(job_of("a.mp4", "encoding", 0.5));
    const auto path = sdbus::ObjectPath("/org/av1encd/job/1");
    auto job = client->objects().at(path).at("org.av1encd.Job1");
    EXPECT_EQ(job.at("Source").get<std::string>(), "a.mp4");
    EXPECT_EQ(job.at("State").get<std::string>(), "encoding");
    EXPECT_DOUBLE_EQ(job.at("Progress").get<double>(), 0.5);

    service->now([](FakeSteering& steering) { steering.jobs = {job_of("b.mp4")}; });
    ASSERT_TRUE(eventually([&] { return !client->objects().contains(path); }));
    service->now([](FakeSteering& steering) { steering.jobs = {}; });
    ASSERT_TRUE(eventually([&] { return client->objects().empty(); }));
    std::vector<std::string> told;
    EXPECT_TRUE(eventually([&] {
        for (auto& signal : client->signals())
            told.push_back(std::move(signal));
        return told.size() >= 4;
    }));
    EXPECT_THAT(told, ElementsAre("added /org/av1encd/job/1", "removed /org/av1encd/job/1",
                                  "added /org/av1encd/job/2", "removed /org/av1encd/job/2"));
}

TEST_F(DbusServiceTest, ListsAllJobsAndTheObjectsOfThoseThatAreActive) {
    show_job(job_of("a.mp4", "encoding", 0.25));
    service->in_loop([&] {
        auto failed = job_of("b.mp4", "failed", 1);
        failed.error = "no video";
        service->steering.jobs.push_back(failed);
    });
    EXPECT_EQ(client->list_jobs(),
              (DbusJobs{{"a.mp4", "encoding", 0.25, "", sdbus::ObjectPath("/org/av1encd/job/1")},
                        {"b.mp4", "failed", 1, "no video", sdbus::ObjectPath("/")}}));
}

TEST_F(DbusServiceTest, TellsWhatChangedAndNothingElse) {
    service->now([](FakeSteering& steering) {
        steering.status_now.state = "running";
        steering.status_now.jobs.waiting = 3;
    });
    std::vector<std::string> told;
    const auto gather = [&] {
        for (auto& signal : client->signals())
            told.push_back(std::move(signal));
        return !told.empty();
    };
    ASSERT_TRUE(eventually(gather));
    EXPECT_THAT(told, UnorderedElementsAre("changed State=running", "changed WaitingSources=3"));
    told.clear();
    service->in_loop([&] {
        service->steering.status_now.holds = {{"disk", "full", "2026-01-01T00:00:00Z", {}}};
    });
    service->publish(event_of("hold-set", ""));
    ASSERT_TRUE(eventually(gather));
    EXPECT_THAT(told, ElementsAre("changed Holds=..."));
}

TEST_F(DbusServiceTest, TellsOfProgressAboutOnceASecondHoweverOftenItComes) {
    show_job(job_of("a.mp4"));
    client->watch_job("/org/av1encd/job/1");
    client->signals();
    const auto begun = std::chrono::steady_clock::now();
    for (int step = 1; step <= 1000; ++step) {
        service->publish(progress_of("a.mp4", 24, step / 1000.0));
        service->publish(progress_of("a.mp4", 60, step / 1000.0));
    }
    std::vector<std::string> told;
    ASSERT_TRUE(eventually([&] {
        for (auto& signal : client->signals())
            told.push_back(std::move(signal));
        return !told.empty() && told.back() == "changed /org/av1encd/job/1 Progress=1.00";
    }));
    const auto took = std::chrono::steady_clock::now() - begun;
    EXPECT_LE(told.size(), 2 + static_cast<std::size_t>(took / std::chrono::seconds(1)));
}

TEST_F(DbusServiceTest, TellsOfEveryJobThatEnds) {
    service->publish(event_of("source-done", "a.mp4"));
    service->publish(event_of("source-failed", "b.mp4"));
    service->publish(event_of("source-skipped", "c.mp4"));
    service->publish(event_of("source-returned", "d.mp4"));
    std::vector<std::string> told;
    EXPECT_TRUE(eventually([&] {
        for (auto& signal : client->signals())
            told.push_back(std::move(signal));
        return told.size() >= 3;
    }));
    EXPECT_THAT(told, ElementsAre("JobFinished a.mp4 done", "JobFinished b.mp4 failed",
                                  "JobFinished c.mp4 skipped"));
}

TEST_F(DbusServiceTest, SendsOnlyWhatAnyoneCanReadAndTakesItBack) {
    // A byte that is not UTF-8, a backslash, a noncharacter: UTF-8, but not for libsystemd.
    const std::string escaped = "\\xff\\\\\\xef\\xbf\\xbe.mp4";
    service->in_loop([&] {
        auto& status = service->steering.status_now;
        status.machine = "m\xff";
        status.holds = {{"operator", "\xc3( \uFFFE", "2026-01-01T00:00:00Z", {}}};
    });
    auto job = job_of("\\xff\\\\\uFFFE.mp4"); // as source_to_text() gives it
    job.error = "ffmpeg: \x80";
    show_job(job);
    service->publish(event_of("source-failed", job.source));
    EXPECT_EQ(client->property<std::string>("Machine"), "m\uFFFD");
    EXPECT_EQ(std::get<1>(client->property<Holds>("Holds").at(0)), "\uFFFD( \uFFFD");
    const auto jobs = client->list_jobs();
    ASSERT_EQ(jobs.size(), 1U);
    EXPECT_EQ(std::get<0>(jobs[0]), escaped);
    EXPECT_EQ(std::get<3>(jobs[0]), "ffmpeg: \uFFFD");
    EXPECT_TRUE(eventually([&] {
        const auto signals = client->signals();
        return std::count(signals.begin(), signals.end(), "JobFinished " + escaped + " failed") > 0;
    }));
    EXPECT_EQ(client->call("Retry", escaped), "");
    EXPECT_THAT(service->calls(), Contains(HasSubstr("retry '\xff\\\uFFFE.mp4' by ")));
}

} // namespace
} // namespace av1encd
