// What org.av1encd(5) tells and what bus and socket have are the same.

#include "daemon/control/control_limits.hpp"
#include "daemon/control/interface_description.hpp"
#include "tests/support/project_text.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace av1encd {
namespace {

using testing::HasSubstr;

std::string section(const std::string& name) {
    return manual_section("org.av1encd.5", name);
}

std::set<std::string> members_on_the_bus(const std::string& interface) {
    return all_matches(project_text("packaging/dbus/" + interface + ".xml"),
                       R"re(<(?:property|method|signal) name="([A-Za-z]+)")re");
}

TEST(BusManual, ExplainsEveryMemberOnTheBusAndNoOther) {
    const std::string member = R"(\n\*([A-Za-z]+)\*)";
    EXPECT_EQ(all_matches(section("THE MANAGER"), member),
              members_on_the_bus("org.av1encd.Manager1"));
    EXPECT_EQ(all_matches(section("JOBS"), member), members_on_the_bus("org.av1encd.Job1"));
}

TEST(BusManual, GivesEveryMemberItsTypes) {
    const auto text = section("THE MANAGER") + section("JOBS");
    for (const std::string interface : {"org.av1encd.Manager1", "org.av1encd.Job1"})
        for (const auto& type : all_matches(project_text("packaging/dbus/" + interface + ".xml"),
                                            R"re( type="([^"]+)")re"))
            EXPECT_THAT(text, HasSubstr("_" + type + "_")) << interface;
}

TEST(BusManual, ExplainsEveryMethodOfTheSocketAndNoOther) {
    std::string descriptions(*interface_description("org.av1encd"));
    descriptions += *interface_description("org.varlink.service");
    EXPECT_EQ(all_matches(section("THE CONTROL SOCKET"), R"(\n\*([A-Z][A-Za-z]+)\*\()"),
              all_matches(descriptions, "\nmethod ([A-Za-z]+)\\("));
}

TEST(BusManual, NamesEveryFieldAndEveryError) {
    std::string description(*interface_description("org.av1encd"));
    const auto text = section("THE CONTROL SOCKET") + section("FIELDS") + section("ERRORS");
    for (const auto& field : all_matches(description, R"re([(, ]([a-z_0-9]+): [\[\]?A-Za-z]+)re"))
        EXPECT_THAT(text, HasSubstr("_" + field + "_"));
    for (const auto& error : all_matches(description, "\nerror ([A-Za-z]+)"))
        EXPECT_THAT(text, HasSubstr("org.av1encd." + error));
}

TEST(BusManual, TellsTheLimits) {
    const ControlLimits limits;
    const auto text = section("LIMITS");
    EXPECT_THAT(text, HasSubstr(fmt::format("{} clients", limits.clients)));
    EXPECT_THAT(text, HasSubstr(fmt::format("{} KiB", limits.backlog_bytes >> 10U)));
    EXPECT_THAT(text, HasSubstr(fmt::format("{} seconds", limits.patience.count() / 1000)));
    EXPECT_THAT(text, HasSubstr(fmt::format("{} calls", limits.bus_calls)));
    EXPECT_THAT(text, HasSubstr(fmt::format("{}", longest_duration.count())));
}

} // namespace
} // namespace av1encd
