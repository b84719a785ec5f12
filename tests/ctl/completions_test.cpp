// What the shells complete is what --help tells, and the sources that the daemon has.

#include "common/status.hpp"
#include "ctl/command_line.hpp"
#include "ctl/verbs.hpp"
#include "tests/ctl/fake_daemon.hpp"
#include "tests/ctl/tmux.hpp"
#include "tests/support/project_text.hpp"
#include "tests/support/waiting.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

namespace av1encd {
namespace {

using Names = std::set<std::string>;

const std::string completions = AV1ENCD_SOURCE_DIR "/packaging/completions";

std::string completion(const std::string& file) {
    return project_text("packaging/completions/" + file);
}

/// What stands between the two, the first time.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
    const auto at = text.find(begin);
    if (at == std::string::npos)
        return "";
    const auto from = at + begin.size();
    return text.substr(from, text.find(end, from) - from);
}

Names names_of_verbs() {
    Names names;
    for (const auto& verb : verbs())
        names.emplace(verb.name);
    return names;
}

TEST(Completions, HaveEveryVerbAndNoOther) {
    const auto bash = between(completion("bash/av1ctl"), "verbs='", "'");
    EXPECT_EQ(all_matches(bash, "([a-z]+)"), names_of_verbs());
    const auto zsh = between(completion("zsh/_av1ctl"), "verbs=(", "\n    )");
    EXPECT_EQ(all_matches(zsh, "\n *['\"]([a-z]+):"), names_of_verbs());
    EXPECT_EQ(all_matches(completion("fish/av1ctl.fish"), "__av1ctl_verb_is -a ([a-z]+)"),
              names_of_verbs());
}

TEST(Completions, HaveEveryOptionAndNoOther) {
    const auto options = all_matches(help_text(), "--([a-z-]+)");
    EXPECT_EQ(all_matches(completion("bash/av1ctl"), "--([a-z][a-z-]*)"), options);
    EXPECT_EQ(all_matches(completion("zsh/_av1ctl"), "--([a-z][a-z-]*)"), options);
    EXPECT_EQ(all_matches(completion("fish/av1ctl.fish"), "complete -c av1ctl.* -l ([a-z-]+)"),
              options);
}

JobStatus job(std::string source, std::string state) {
    JobStatus job;
    job.source = std::move(source);
    job.state = std::move(state);
    return job;
}

Script some_jobs() {
    const std::vector<JobStatus> jobs = {
        job("holiday/the beach.mp4", "done"), job("part:1.mp4", "failed"),
        job("he said \"no\".mp4", "failed"),  job("back\\\\slash.mp4", "encoding"),
        job("new\nline.mp4", "failed"),
    };
    return {{"org.av1encd.List", {reply_of(JsonObject().add_json("jobs", to_json(jobs)).text())}}};
}

class Completion : public ::testing::Test {
protected:
    /// A shell in which av1ctl is found, and the daemon.
    std::string with(const std::string& shell) const {
        return fmt::format("export PATH='{}':\"$PATH\" AV1ENCD_SOCKET='{}'\n{}\n",
                           std::filesystem::path(AV1CTL).parent_path().native(),
                           daemon.socket().native(), shell);
    }
    static void complete(const Tmux& terminal, const std::string& typed,
                         const std::string& completed) {
        terminal.press("C-u C-l");
        terminal.type(typed);
        terminal.press("Tab");
        EXPECT_TRUE(eventually([&] {
            return terminal.screen().find("ready> " + completed) != std::string::npos;
        })) << terminal.screen();
    }
    static bool is_ready(const Tmux& terminal) {
        return eventually([&] { return terminal.screen().find("ready>") != std::string::npos; });
    }

    FakeDaemon daemon{some_jobs()};
};

TEST_F(Completion, WorksInBash) {
    const Tmux terminal({}, with(fmt::format("echo \"PS1='ready> '; . '{0}/bash/av1ctl'; "
                                             ". '{0}/bash/av1encd'\" >rc\n"
                                             "exec bash --noprofile --rcfile rc -i",
                                             completions)));
    ASSERT_TRUE(is_ready(terminal)) << terminal.screen();
    complete(terminal, "av1ctl his", "av1ctl history");
    complete(terminal, "av1ctl pause --dr", "av1ctl pause --drain");
    complete(terminal, "av1ctl list --state=fa", "av1ctl list --state=failed");
    complete(terminal, "av1ctl show ho", "av1ctl show holiday/the\\ beach.mp4");
    complete(terminal, "av1ctl show holiday/the\\ b", "av1ctl show holiday/the\\ beach.mp4");
    complete(terminal, "av1ctl show \"holiday/the b", "av1ctl show \"holiday/the beach.mp4\"");
    complete(terminal, "av1ctl retry part:", "av1ctl retry part:1.mp4");
    complete(terminal, "av1ctl retry he", "av1ctl retry he\\ said\\ \\\"no\\\".mp4");
    complete(terminal, "av1ctl cancel b", "av1ctl cancel back\\\\slash.mp4");
    complete(terminal, "av1ctl add /etc/hostn", "av1ctl add /etc/hostname");
    complete(terminal, "av1encd --chec", "av1encd --check-config");
    complete(terminal, "av1encd --config /etc/hostn", "av1encd --config /etc/hostname");
}

TEST_F(Completion, IsQuietWhereNoDaemonAnswers) {
    const Tmux terminal({}, with(fmt::format("echo \"PS1='ready> '; . '{}/bash/av1ctl'\" >rc\n"
                                             "exec bash --noprofile --rcfile rc -i",
                                             completions)));
    ASSERT_TRUE(is_ready(terminal)) << terminal.screen();
    terminal.press("C-l");
    terminal.type("av1ctl --socket /nowhere show ho");
    terminal.press("Tab");
    terminal.type("x");
    const std::string expected = "ready> av1ctl --socket /nowhere show hox\n";
    EXPECT_TRUE(eventually([&] { return terminal.screen().starts_with(expected); }))
        << terminal.screen();
    EXPECT_EQ(terminal.screen().find_first_not_of('\n', expected.size()), std::string::npos);
}

TEST_F(Completion, WorksInZsh) {
    const Tmux terminal({}, with(fmt::format("export ZDOTDIR=$PWD\n"
                                             "echo \"PS1='ready> '; fpath=('{}/zsh' \\$fpath); "
                                             "autoload -U compinit; compinit -u -D\" >.zshrc\n"
                                             "exec zsh -i",
                                             completions)));
    ASSERT_TRUE(is_ready(terminal)) << terminal.screen();
    complete(terminal, "av1ctl his", "av1ctl history");
    complete(terminal, "av1ctl list --state fai", "av1ctl list --state failed");
    complete(terminal, "av1ctl show ho", "av1ctl show holiday/the\\ beach.mp4");
    complete(terminal, "av1ctl cancel b", "av1ctl cancel back\\\\slash.mp4");
    complete(terminal, "av1encd --chec", "av1encd --check-config");
}

TEST_F(Completion, WorksInFish) {
    const Tmux terminal({},
                        with(fmt::format("export HOME=$PWD XDG_CONFIG_HOME=$PWD\n"
                                         "ask() {{ fish -N -c \"source {0}/fish/av1ctl.fish; "
                                         "source {0}/fish/av1encd.fish; complete -C '$1'\"; }}\n"
                                         "{{ ask 'av1ctl his'; ask 'av1ctl show '\n"
                                         "ask 'av1ctl cancel '; ask 'av1encd --chec'; }} "
                                         ">offered.part 2>&1\n"
                                         "mv offered.part offered",
                                         completions)));
    ASSERT_TRUE(eventually([&] { return !terminal.read("offered").empty(); }));
    EXPECT_EQ(terminal.read("offered"), "history\tfinished renditions: sizes, time, speed\n"
                                        "back\\slash.mp4\n"
                                        "he said \"no\".mp4\n"
                                        "holiday/the beach.mp4\n"
                                        "part:1.mp4\n"
                                        "back\\slash.mp4\n"
                                        "--check-config\tsay every mistake in the configuration");
}

} // namespace
} // namespace av1encd
