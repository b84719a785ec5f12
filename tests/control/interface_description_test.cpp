// The descriptions follow varlink.org's grammar, and what the daemon answers follows them.

#include "daemon/control/interface_description.hpp"

#include "common/protocol.hpp"
#include "tests/control/control_client.hpp"
#include "tests/control/varlink_interface.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <set>
#include <stdexcept>

namespace av1encd {
namespace {

using nlohmann::json;
using Names = std::set<std::string>;

VarlinkInterface described(std::string_view name) {
    return parse_varlink(interface_description(name).value());
}

template <typename Map>
Names names_of(const Map& map) {
    Names names;
    for (const auto& [name, value] : map)
        names.insert(name);
    return names;
}

std::string complaint_about(std::string_view text) {
    try {
        parse_varlink(text);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "none";
}

TEST(VarlinkGrammar, RefusesWhatVarlinkDoesNotKnow) {
    const std::string head = "interface org.a\n";
    EXPECT_EQ(complaint_about(head + "method A(b: ?[]string, c: (d, e)) -> () # why\n"), "none");
    for (const std::string bad :
         {"method a() -> ()", "method A(b_: int) -> ()", "method A(_b: int) -> ()",
          "method A(b: double) -> ()", "method A(b: B) -> ()", "method A(b: int,) -> ()",
          "method A(b: int, b: int) -> ()", "method A() -> () error B ()", "method A()",
          "type A (b: ??int)", "error A (b, c)", "type A ()\ntype A ()", "enum A (b)"})
        EXPECT_NE(complaint_about(head + bad + "\n"), "none") << bad;
    EXPECT_NE(complaint_about("interface av1encd\n"), "none");
}

TEST(InterfaceDescription, IsVarlinkWithEveryMethodAndErrorOfTheSocket) {
    const auto control = described(control_interface);
    EXPECT_EQ(control.name, "org.av1encd");
    EXPECT_EQ(names_of(control.methods),
              (Names{"Status", "List", "Show", "Tail", "Pause", "Resume", "Cancel", "Retry",
                     "Adopt", "History", "Reload", "Config"}));
    EXPECT_EQ(names_of(control.errors), (Names{"NotFound", "NotAllowed", "Refused"}));
}

TEST(InterfaceDescription, OfTheServiceIsThatOfVarlink) {
    const auto service = described(service_interface);
    EXPECT_EQ(names_of(service.methods), (Names{"GetInfo", "GetInterfaceDescription"}));
    EXPECT_EQ(names_of(service.errors),
              (Names{"InterfaceNotFound", "MethodNotFound", "InvalidParameter", "ExpectedMore"}));
}

JobStatus some_job() {
    return {"a.mp4", "failed", "chunk01", 1000, "why", {{24, "done", 0.5, 3, 100, 1}}};
}

Status some_status() {
    Status status{"0.1.0", "m1", "running", {}, {}, {}, {}, {}};
    status.holds = {{"share", "away", "2026-01-01T00:00:00Z", std::nullopt},
                    {"operator", "", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"}};
    status.slots = {{1, 4242, "a.mp4", 24, 1, 7, 1, 2, 1.5, 1.5, 20.1}, {}};
    status.chunks = {{"chunk01", 1, 2, 1.5, true}};
    return status;
}

/// A daemon with something to say in every reply.
class DescribedReplies : public testing::Test {
protected:
    DescribedReplies() {
        steering.status_now = some_status();
        steering.jobs = {some_job()};
        steering.job = {some_job(), "ab12",   "a.mp4", "2026-01-01T00:00:00Z",
                        {},         {"note"}, {},      {"decode of the source"}};
        steering.job.attempts = {{"segment", 24, 1, "why", {"line"}, "2026-01-01T00:00:00Z"},
                                 {"probe", std::nullopt, 1, "why", {}, "2026-01-01T00:00:00Z"}};
        steering.renditions = {{"2026-01-01T00:00:00Z", "a.mp4", 24, 2, 1, 0.5, 1.5, 2, "a.mp4"}};
        steering.holds_after_resume = {"cpu"};
        steering.config_now = {"workers: 2\n", "/srv", {"mp4"}};
    }

    std::string mismatch_of(std::string_view interface, const std::string& method,
                            const std::string& parameters) {
        const auto reply = json::parse(
            TestClient(server.socket()).call(fmt::format("{}.{}", interface, method), parameters));
        if (reply.contains("error"))
            return reply["error"];
        const auto description = described(interface);
        const auto& [in, out] = description.methods.at(method);
        if (auto why = mismatch(description, in, json::parse(parameters)); !why.empty())
            return "parameters: " + why;
        return mismatch(description, out, reply["parameters"]);
    }

    TestServer server;
    FakeSteering& steering = server.steering;
};

TEST_F(DescribedReplies, AreWhatTheDescriptionSays) {
    const std::map<std::string, std::string> calls = {
        {"Status", "{}"},
        {"List", R"({"state":"failed"})"},
        {"Show", R"({"source":"a.mp4"})"},
        {"Pause", R"({"reason":"film","seconds":60,"drain":true})"},
        {"Resume", "{}"},
        {"Cancel", R"({"source":"a.mp4"})"},
        {"Retry", R"({"source":"a.mp4"})"},
        {"Adopt", "{}"},
        {"History", R"({"since":"2026-01-01T00:00:00Z"})"},
        {"Reload", "{}"},
        {"Config", "{}"}};
    for (const auto& [method, parameters] : calls)
        EXPECT_EQ(mismatch_of(control_interface, method, parameters), "") << method;
    EXPECT_EQ(calls.size() + 1, described(control_interface).methods.size()) << "Tail is below";
    EXPECT_EQ(mismatch_of(service_interface, "GetInfo", "{}"), "");
    EXPECT_EQ(
        mismatch_of(service_interface, "GetInterfaceDescription", R"({"interface":"org.av1encd"})"),
        "");
}

TEST_F(DescribedReplies, OfTailToo) {
    std::promise<void> follows;
    server.in_loop([&] { steering.on_subscribe = [&] { follows.set_value(); }; });
    TestClient client(server.socket());
    client.send("{\"method\":\"org.av1encd.Tail\",\"more\":true}\n");
    follows.get_future().wait();
    EventStatus bare;
    const EventStatus full{"progress", "2026-01-01T00:00:00Z", "x", "a.mp4", 24, 1, "chunk01", 0.5,
                           20.1};
    const auto description = described(control_interface);
    const auto& type = description.methods.at("Tail").second;
    for (const auto& event : {bare, full}) {
        server.in_loop([&] { steering.publish(event); });
        const auto reply = json::parse(client.receive());
        EXPECT_EQ(mismatch(description, type, reply["parameters"]), "") << reply;
    }
}

TEST_F(DescribedReplies, OfErrorsToo) {
    steering.failure = std::make_exception_ptr(NotFound("no such source"));
    for (const std::string call :
         {R"({"method":"org.av1encd.Show","parameters":{"source":"b.mp4"}})",
          R"({"method":"org.av1encd.Show"})", R"({"method":"org.av1encd.Explode"})",
          R"({"method":"org.av1encd.Tail"})", R"({"method":"org.x.Y"})", "no json"}) {
        const auto reply = json::parse(TestClient(server.socket()).ask(call));
        const std::string error = reply["error"];
        const auto dot = error.rfind('.');
        const auto description = described(error.substr(0, dot));
        EXPECT_EQ(mismatch(description, description.errors.at(error.substr(dot + 1)),
                           reply["parameters"]),
                  "")
            << error;
    }
}

} // namespace
} // namespace av1encd
