// What av1ctl(1) tells and what av1ctl has are the same.

#include "ctl/command_line.hpp"
#include "ctl/verbs.hpp"
#include "tests/support/project_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace av1encd {
namespace {

std::string section(const std::string& name) {
    return manual_section("av1ctl.1", name);
}

TEST(Manual, ExplainsEveryVerbAndNoOther) {
    std::set<std::string> names;
    for (const auto& verb : verbs())
        names.emplace(verb.name);
    EXPECT_EQ(all_matches(section("VERBS"), R"(\n\*([a-z]+)\*)"), names);
}

TEST(Manual, ExplainsEveryOptionAndNoOther) {
    const auto options = all_matches(help_text(), R"((--[a-z-]+))");
    EXPECT_EQ(all_matches(section("OPTIONS"), R"(\n(?:\*-h\*, )?\*(--[a-z-]+)\*)"), options);
}

TEST(Manual, NamesWithEveryVerbItsOptions) {
    for (const auto& verb : verbs()) {
        const auto line =
            all_matches(section("VERBS"), "\\n(\\*" + std::string(verb.name) + "\\*[^\\n]*)\\n");
        ASSERT_EQ(line.size(), 1U) << verb.name;
        std::set<std::string> options;
        for (const auto option : verb.options)
            options.insert("--" + std::string(option));
        EXPECT_EQ(all_matches(*line.begin(), R"((--[a-z-]+))"), options) << verb.name;
    }
}

TEST(Manual, TellsEveryExitStatus) {
    EXPECT_EQ(all_matches(section("EXIT STATUS"), R"(\n\*([0-9]+)\*)"),
              (std::set<std::string>{"0", "1", "64", "69"}));
}

} // namespace
} // namespace av1encd
