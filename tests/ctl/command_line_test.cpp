#include "ctl/command_line.hpp"

#include "common/human_format.hpp"
#include "ctl/verbs.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace av1encd {
namespace {

const auto now = *from_iso_time("2026-03-30T12:00:00Z");

CommandLine parsed(const std::vector<std::string>& arguments) {
    return parse_command_line(arguments, "/default.sock", now);
}

std::string complaint(const std::vector<std::string>& arguments) {
    try {
        parsed(arguments);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "";
}

TEST(CommandLine, MeansStatusWithoutAVerb) {
    const auto line = parsed({});
    EXPECT_EQ(line.verb->name, "status");
    EXPECT_EQ(line.wanted, Wanted::verb);
    EXPECT_EQ(line.socket, "/default.sock");
    EXPECT_EQ(line.format, Format::text);
    EXPECT_EQ(line.legend, Legend::shown);
}

TEST(CommandLine, FindsEveryVerbOfTheTable) {
    for (const auto& verb : verbs()) {
        std::vector<std::string> arguments = {std::string(verb.name)};
        arguments.resize(1 + verb.least_arguments, "a.mp4");
        EXPECT_EQ(parsed(arguments).verb, &verb);
    }
}

TEST(CommandLine, TakesGlobalOptionsBeforeAndAfterTheVerb) {
    for (const auto& arguments :
         {std::vector<std::string>{"--json", "--no-legend", "--socket", "/s", "show", "a.mp4"},
          {"show", "a.mp4", "--socket=/s", "--no-legend", "--json"},
          {"--socket", "/s", "show", "--json", "a.mp4", "--no-legend"}}) {
        const auto line = parsed(arguments);
        EXPECT_EQ(line.verb->name, "show");
        EXPECT_EQ(line.arguments, std::vector<std::string>{"a.mp4"});
        EXPECT_EQ(line.socket, "/s");
        EXPECT_EQ(line.format, Format::json);
        EXPECT_EQ(line.legend, Legend::hidden);
    }
}

TEST(CommandLine, TakesWhatFollowsTwoDashesForArguments) {
    EXPECT_EQ(parsed({"add", "--", "-a.mp4", "--json"}).arguments,
              (std::vector<std::string>{"-a.mp4", "--json"}));
}

TEST(CommandLine, TakesTheOptionsOfAVerb) {
    const auto pause = parsed({"pause", "--reason", "lunch break", "--for", "1h30m", "--drain"});
    EXPECT_EQ(pause.reason, "lunch break");
    EXPECT_EQ(pause.duration, std::chrono::seconds(5400));
    EXPECT_EQ(pause.drain, Drain::yes);
    EXPECT_EQ(parsed({"list", "--state", "failed"}).state, "failed");
    EXPECT_EQ(parsed({"history", "--since", "2h"}).since, now - std::chrono::hours(2));
}

TEST(CommandLine, NeverPausesForLessThanWasAsked) {
    EXPECT_EQ(parsed({"pause", "--for", "1ms"}).duration, std::chrono::seconds(1));
}

TEST(CommandLine, WantsHelpAndVersionWhateverElseIsThere) {
    EXPECT_EQ(parsed({"--help"}).wanted, Wanted::help);
    EXPECT_EQ(parsed({"show", "-h"}).wanted, Wanted::help);
    EXPECT_EQ(parsed({"--version"}).wanted, Wanted::version);
}

TEST(CommandLine, ComplainsOfWrongUseInOneSpecificLine) {
    EXPECT_EQ(complaint({"lst"}), "unknown verb 'lst'");
    EXPECT_EQ(complaint({"a\nb"}), "unknown verb 'a\\x0ab'");
    EXPECT_EQ(complaint({"list", "--bar"}), "unknown option '--bar'");
    EXPECT_EQ(complaint({"--bar=1"}), "unknown option '--bar=1'");
    EXPECT_EQ(complaint({"-x"}), "unknown option '-x'");
    EXPECT_EQ(complaint({"--s", "x"}), "ambiguous option '--s'");
    EXPECT_EQ(complaint({"--json=yes"}), "option '--json' takes no value");
    EXPECT_EQ(complaint({"--socket"}), "option '--socket' needs a value");
    EXPECT_EQ(complaint({"list", "--drain"}), "option '--drain' is not for the verb 'list'");
    EXPECT_EQ(complaint({"--since", "2h"}), "option '--since' is not for the verb 'status'");
    EXPECT_EQ(complaint({"show"}), "'show' needs SOURCE");
    EXPECT_EQ(complaint({"add"}), "'add' needs FILE...");
    EXPECT_EQ(complaint({"show", "a", "b"}), "'show' takes no argument 'b'");
    EXPECT_EQ(complaint({"resume", "now"}), "'resume' takes no argument 'now'");
}

TEST(CommandLine, ComplainsOfWrongValues) {
    EXPECT_EQ(complaint({"list", "--state", "waiting"}),
              "'waiting' is no state of a job; the states are claimed, encoding, publishing, done, "
              "failed, skipped");
    for (const auto* duration : {"", "0s", "-1h", "2", "2 h", "two hours"})
        EXPECT_EQ(complaint({"pause", "--for", duration}),
                  std::string("'") + duration +
                      "' is no duration; write it like 90s, 30m, 2h or 1h30m");
    EXPECT_EQ(complaint({"history", "--since", "tomorrow"}),
              "'tomorrow' is no time; write it like 2026-01-31, '2026-01-31 18:30', today, "
              "yesterday, 2h or 3d");
}

TEST(CommandLine, CanBeReadAgainAndAgain) {
    EXPECT_EQ(complaint({"list", "--bar"}), "unknown option '--bar'");
    EXPECT_EQ(parsed({"list", "--json"}).format, Format::json);
    EXPECT_EQ(parsed({"list", "--json"}).format, Format::json);
}

TEST(CommandLine, ExplainsItself) {
    EXPECT_EQ(help_text(),
              "Usage: av1ctl [OPTION...] [VERB] [ARGUMENT...]\n"
              "\n"
              "Shows what av1encd does on this machine, and steers it.\n"
              "\n"
              "Verbs:\n"
              "  status               machine, state, holds, slots, chunks; also with no verb\n"
              "  list                 jobs and their renditions\n"
              "  show SOURCE          one job: renditions, what was left out, what went wrong\n"
              "  tail [SOURCE]        progress and events as they happen, until interrupted\n"
              "  top                  full-screen live view; q quits\n"
              "  pause                stops work until 'resume'\n"
              "  resume               goes on, and tells what else holds\n"
              "  add FILE...          copies videos into the share as sources\n"
              "  cancel SOURCE        gives a claimed source back\n"
              "  retry SOURCE         sends a failed source through again\n"
              "  adopt                accepts the share's marker as the one to work on\n"
              "  history              finished renditions: sizes, time, speed\n"
              "  reload               reads the configuration again; fails if it is not valid\n"
              "  config               the configuration in force\n"
              "  version              versions of av1ctl and of av1encd\n"
              "\n"
              "Options:\n"
              "  --socket PATH        the daemon's control socket\n"
              "  --json               answers as JSON\n"
              "  --no-legend          tables without header and footer\n"
              "  --help               prints this\n"
              "  --version            prints av1ctl's version\n"
              "  --state STATE        list: only jobs in this state\n"
              "  --reason TEXT        pause: why, for all to see\n"
              "  --for DURATION       pause: ends by itself after 30m, 2h ...\n"
              "  --drain              pause: running segments finish first\n"
              "  --since TIME         history: 2026-01-31, today, yesterday, 2h ...\n"
              "\n"
              "av1ctl(1) tells the whole.\n");
}

TEST(CommandLine, ExplainsItselfWithinAnEightyColumnTerminal) {
    const auto text = help_text();
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = text.find('\n', begin);
        EXPECT_LE(end - begin, 80U) << text.substr(begin, end - begin);
        begin = end + 1;
    }
}

} // namespace
} // namespace av1encd
