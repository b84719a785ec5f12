// What av1ctl shows of a daemon at work: every member of --json by its name, the lines for people.

#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <sstream>

namespace av1encd {
namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::IsSupersetOf;
using ::testing::MatchesRegex;

Names names_in(const Json& object) {
    Names names;
    for (const auto& [name, value] : object.items())
        names.push_back(name);
    return names;
}

const std::string a_time = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z";

class DaemonWords : public Fleet {
protected:
    Json asked(std::vector<std::string> words) {
        words.insert(words.begin(), "--json");
        return Json::parse(machine().ctl(words).output);
    }
    /// At work on a.mp4 until the gate is opened.
    void begin() {
        machine().close_gate(50);
        machine().serve();
        drop("a.mp4");
        ASSERT_TRUE(eventually([&] { return machine().is_encoding(); })) << machine().said();
    }
    void finish() {
        machine().open_gate();
        ASSERT_TRUE(eventually([&] { return machine().state_of("a.mp4") == "done"; }))
            << machine().said();
    }
};

TEST_F(DaemonWords, OfStatusAreThoseOfTheContract) {
    begin();
    machine().ctl({"pause", "--reason", "backup", "--for", "1h"});
    const auto status = asked({"status"});
    EXPECT_EQ(names_in(status),
              (Names{"version", "machine", "state", "holds", "slots", "chunks", "jobs", "totals"}));
    EXPECT_EQ(status["version"], AV1ENCD_VERSION);
    EXPECT_EQ(status["machine"], "m1");
    EXPECT_EQ(status["state"], "paused");
    const auto& hold = status["holds"].at(0);
    EXPECT_EQ(names_in(hold), (Names{"reason", "text", "since", "until"}));
    EXPECT_EQ(hold["reason"], "operator");
    EXPECT_THAT(hold["text"].get<std::string>(), ::testing::StartsWith("backup"));
    EXPECT_THAT(hold["since"].get<std::string>(), MatchesRegex(a_time));
    EXPECT_THAT(hold["until"].get<std::string>(), MatchesRegex(a_time));
    const Names slot = {"slot",       "pid",         "source",    "crf",   "segment", "segments",
                        "done_bytes", "total_bytes", "elapsed_s", "eta_s", "fps"};
    ASSERT_EQ(status["slots"].size(), 2U);
    EXPECT_EQ(names_in(status["slots"][0]), slot);
    EXPECT_EQ(names_in(status["slots"][1]), slot);
    const auto& busy = status["slots"][0];
    EXPECT_EQ(Json({busy["slot"], busy["source"], busy["crf"], busy["segment"], busy["segments"]}),
              Json({1, "a.mp4", 50, 1, 1}));
    EXPECT_EQ(busy["total_bytes"], std::filesystem::file_size(clip()));
    EXPECT_EQ(Json({status["slots"][1]["source"], status["slots"][1]["pid"]}),
              Json({nullptr, nullptr}));
    EXPECT_EQ(names_in(status["chunks"].at(0)),
              (Names{"chunk", "done_bytes", "total_bytes", "elapsed_s", "finished"}));
    EXPECT_EQ(status["chunks"].at(0)["chunk"], "chunk01");
    EXPECT_EQ(status["jobs"], Json({{"waiting", 0},
                                    {"unreadable", 0},
                                    {"active", 1},
                                    {"done", 0},
                                    {"failed", 0},
                                    {"skipped", 0}}));
    EXPECT_EQ(names_in(status["totals"]), (Names{"source_bytes", "elapsed_s", "mib_per_min"}));
}

TEST_F(DaemonWords, OfListShowAndHistoryAreThoseOfTheContract) {
    begin();
    finish();
    const auto bytes = std::filesystem::file_size(clip());
    const auto made = std::filesystem::file_size(rendition(50, "a.mp4"));
    const Json expected = {{"source", "a.mp4"},
                           {"state", "done"},
                           {"chunk", "chunk01"},
                           {"source_bytes", bytes},
                           {"error", ""},
                           {"renditions", Json::array({{{"crf", 50},
                                                        {"state", "done"},
                                                        {"fraction", 1.0},
                                                        {"segments", 1},
                                                        {"output_bytes", made},
                                                        {"attempts", 0}}})}};
    EXPECT_EQ(asked({"list"}), Json::array({expected}));
    EXPECT_EQ(asked({"list", "--state", "done"}), Json::array({expected}));
    EXPECT_EQ(asked({"list", "--state", "failed"}), Json::array());

    auto show = asked({"show", "a.mp4"});
    EXPECT_EQ(names_in(show), (Names{"source", "state", "chunk", "source_bytes", "error",
                                     "renditions", "sha256", "output_name", "claimed_at",
                                     "ended_at", "notes", "attempts", "current_tasks"}));
    EXPECT_EQ(show["renditions"], expected["renditions"]);
    EXPECT_EQ(show["output_name"], "a.mp4");

    const auto history = asked({"history"});
    ASSERT_EQ(history.size(), 1U);
    EXPECT_EQ(names_in(history[0]), (Names{"time", "source", "crf", "source_bytes", "output_bytes",
                                           "ratio", "encode_s", "speed", "output"}));
    EXPECT_EQ(history[0]["output"], rendition(50, "a.mp4").native());
    EXPECT_GT(history[0]["encode_s"], 0);
    EXPECT_NEAR(history[0]["ratio"].get<double>(),
                static_cast<double>(made) / static_cast<double>(bytes), 1e-6);
    EXPECT_EQ(asked({"history", "--since", "today"}).size(), 1U);
}

std::vector<Json> lines_of(const std::string& text) {
    std::vector<Json> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        if (!stream.eof()) // the last one may still be written
            lines.push_back(Json::parse(line));
    return lines;
}

TEST_F(DaemonWords, OfTailFollowASourceToItsEnd) {
    begin();
    const auto output = folder() / "tail";
    RunningProgram tail(
        {{AV1CTL, "--socket", machine().socket().native(), "--json", "tail"}, {}, output});
    // Nobody tells when it has begun to listen.
    ASSERT_TRUE(eventually([&] {
        machine().ctl({"pause"});
        machine().ctl({"resume"});
        return !lines_of(read_file(output)).empty();
    }));
    machine().ctl({"pause"});
    machine().ctl({"resume"});
    finish();
    Files events;
    EXPECT_TRUE(eventually([&] {
        for (const auto& line : lines_of(read_file(output)))
            events.insert(line.at("event"));
        return events.contains("chunk-done");
    }));
    EXPECT_THAT(events, IsSupersetOf({"hold-set", "paused", "hold-lifted", "resumed", "progress",
                                      "rendition-done", "source-done"}));
    for (const auto& line : lines_of(read_file(output)))
        EXPECT_THAT(line.at("time").get<std::string>(), MatchesRegex(a_time));
    tail.send(SIGINT);
    EXPECT_EQ(tail.wait_for_end(patience)->exit_status, 0);
}

TEST_F(DaemonWords, ForPeopleHaveALineForEverySlotAndChunk) {
    begin();
    const auto busy = machine().ctl({}).output;
    EXPECT_THAT(busy, AllOf(ContainsRegex("\nSlot 01 \\| \\[50\\] a\\.mp4 .*0B/"),
                            ContainsRegex("\nSlot 02 \\| Waiting\\.\\.\\.\n"),
                            ContainsRegex("\nChunk 01 .*0B/")));
    finish();
    EXPECT_TRUE(eventually([&] { return machine().status()->state == "idle"; }));
    EXPECT_THAT(machine().ctl({}).output, ContainsRegex("\nSlot 01 \\| Waiting\\.\\.\\.\n"));
}

} // namespace
} // namespace av1encd
