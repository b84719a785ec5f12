#include "daemon/command_line.hpp"

#include "common/error.hpp"
#include "tests/support/project_text.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace av1encd {
namespace {

CommandLine parse(std::vector<std::string> words) {
    words.insert(words.begin(), "av1encd");
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    return parse_command_line(static_cast<int>(words.size()), argv.data());
}

std::string complaint_about(std::vector<std::string> words) {
    try {
        parse(std::move(words));
    } catch (const UsageError& error) {
        return error.what();
    }
    return "no complaint";
}

TEST(CommandLine, WithoutOptionsItRunsWithTheInstalledConfiguration) {
    const CommandLine line = parse({});
    EXPECT_EQ(line.config, "/etc/av1encd/av1encd.yaml");
    EXPECT_EQ(line.action, CommandLine::Action::run);
    EXPECT_FALSE(line.once || line.debug || line.throttle);
}

TEST(CommandLine, EveryOptionIsTaken) {
    const CommandLine line = parse({"--config", "a b.yaml", "--once", "--debug", "--throttle"});
    EXPECT_EQ(line.config, "a b.yaml");
    EXPECT_EQ(line.action, CommandLine::Action::run);
    EXPECT_TRUE(line.once && line.debug && line.throttle);
    EXPECT_EQ(parse({"--config=x=y"}).config, "x=y");
    EXPECT_EQ(parse({"--config", "-x"}).config, "-x");
    EXPECT_EQ(parse({"--check-config"}).action, CommandLine::Action::check_config);
    EXPECT_EQ(parse({"--version"}).action, CommandLine::Action::version);
    EXPECT_EQ(parse({"--once", "--help"}).action, CommandLine::Action::help);
}

TEST(CommandLine, AWrongOptionIsNamed) {
    EXPECT_EQ(complaint_about({"--onse"}), "unknown option '--onse'");
    EXPECT_EQ(complaint_about({"--once", "--bogus=1"}), "unknown option '--bogus'");
    EXPECT_EQ(complaint_about({"-v"}), "unknown option '-v'");
    EXPECT_EQ(complaint_about({"--debug", "-xyz"}), "unknown option '-xyz'");
    EXPECT_EQ(complaint_about({"--\n"}), "unknown option '--\\x0a'");
    EXPECT_EQ(complaint_about({"--c"}), "unknown option '--c'");
    EXPECT_EQ(complaint_about({"--config"}), "option '--config' needs a value");
    EXPECT_EQ(complaint_about({"--config="}), "option '--config' needs the name of a file");
    EXPECT_EQ(complaint_about({"--once=yes"}), "option '--once' takes no value");
}

TEST(CommandLine, ArgumentsAreRefused) {
    EXPECT_EQ(complaint_about({"a.mp4"}),
              "unexpected argument 'a.mp4': av1encd takes options only");
    EXPECT_EQ(complaint_about({"--once", "--", "--debug"}),
              "unexpected argument '--debug': av1encd takes options only");
    EXPECT_EQ(complaint_about({""}), "unexpected argument '': av1encd takes options only");
    EXPECT_EQ(complaint_about({"-"}), "unexpected argument '-': av1encd takes options only");
}

TEST(CommandLine, DebugAndThrottleWinOverTheFiles) {
    Config config;
    apply(parse({}), config);
    EXPECT_EQ(config, Config{});

    apply(parse({"--debug", "--throttle"}), config);
    Config expected;
    expected.log.level = LogLevel::debug;
    expected.cpu_watchdog.enabled = true;
    EXPECT_EQ(config, expected);
}

TEST(CommandLine, HelpTellsOptionsExitStatusesAndFiles) {
    EXPECT_EQ(help_text(),
              R"(Usage: av1encd [OPTION]...
Encodes the videos of a shared folder to AV1. Stays in the foreground.

  --config FILE   read FILE instead of /etc/av1encd/av1encd.yaml, then
                  conf.d/*.yaml beside it
  --check-config  say every mistake in the configuration, or that there is none
  --once          end when no source is left
  --debug         log level debug, whatever the configuration says
  --throttle      as cpu_watchdog.enabled: true
  --version       print the version
  --help          print this

Signals: SIGTERM and SIGINT end it, finished work is kept, a second one kills;
SIGHUP reads the configuration again.

Exit status:
   0  done; with --once, every source was done or skipped
   1  failed; with --once, a source failed
  64  wrong use
  75  work_dir is in use by another av1encd
  78  bad configuration

Files:
  /etc/av1encd/av1encd.yaml    configuration, see av1encd.yaml(5)
  /var/lib/av1encd             work_dir: the ledger and work in progress
  /run/av1encd/control.sock    where av1ctl(1) asks

More in av1encd(8).
)");
}

TEST(CommandLine, TheHelpFitsATerminalOfEightyColumns) {
    std::istringstream help(help_text());
    for (std::string line; std::getline(help, line);)
        EXPECT_LE(line.size(), 80U) << line;
}

std::string section(const std::string& name) {
    return manual_section("av1encd.8", name);
}

TEST(CommandLine, HelpAndManualPageHaveTheSameOptions) {
    const auto options = all_matches(help_text(), R"((--[a-z-]+))");
    EXPECT_GE(options.size(), 7U);
    EXPECT_EQ(all_matches(section("OPTIONS"), R"(\n\*(--[a-z-]+)\*)"), options);
}

TEST(CommandLine, HelpAndManualPageTellTheSameExitStatuses) {
    EXPECT_EQ(all_matches(section("EXIT STATUS"), R"(\n\*([0-9]+)\*)"),
              all_matches(help_text(), R"(\n +([0-9]+)  )"));
}

TEST(CommandLine, EveryOptionOfTheHelpIsCompletedByTheShells) {
    const auto completion = [](const std::string& file) {
        return project_text("packaging/completions/" + file);
    };
    const auto options = all_matches(help_text(), "--([a-z-]+)");
    EXPECT_EQ(all_matches(completion("bash/av1encd"), "--([a-z][a-z-]*)"), options);
    EXPECT_EQ(all_matches(completion("zsh/_av1encd"), "--([a-z][a-z-]*)"), options);
    EXPECT_EQ(all_matches(completion("fish/av1encd.fish"), " -l ([a-z-]+)"), options);
}

} // namespace
} // namespace av1encd
