// What systemd makes of the units, of the user and of the folders that are shipped, and what the
// manual says of them.

#include "tests/support/run_program.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <regex>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

using Lines = std::vector<std::string>;

const fs::path packaging = fs::path(AV1ENCD_SOURCE_DIR) / "packaging";
const fs::path units = packaging / "systemd";

std::string text_of(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

/// Without comments and empty lines.
Lines settings_of(const fs::path& file) {
    Lines lines;
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);)
        if (!line.empty() && line[0] != '#')
            lines.push_back(line);
    return lines;
}

ProgramRun run(std::vector<std::string> words) {
    const TemporaryFolder scratch;
    return run_program(words, {"SYSTEMD_LOG_LEVEL=info", "LC_ALL=C"}, scratch.path());
}

bool has_systemd() {
    return run({"systemd-analyze", "--version"}).outcome.exit_status == 0;
}

TEST(ServiceUnit, IsHardened) {
    if (!has_systemd())
        GTEST_SKIP() << "no systemd-analyze here";
    const auto ran = run({"systemd-analyze", "security", "--offline=yes", "--no-pager",
                          (units / "av1encd.service").native()});
    std::smatch score;
    const std::regex pattern("Overall exposure level for av1encd.service: ([0-9.]+)");
    ASSERT_TRUE(std::regex_search(ran.output, score, pattern)) << ran.output;
    EXPECT_LE(std::stod(score[1]), 1.8) << ran.output;
}

TEST(ServiceUnit, HasWhatTheDaemonIsWrittenFor) {
    EXPECT_THAT(settings_of(units / "av1encd.service"), IsSupersetOf({
                                                            "Requires=av1encd.socket",
                                                            "Type=notify",
                                                            "NotifyAccess=main",
                                                            "ExecStart=/usr/bin/av1encd",
                                                            "ExecReload=/usr/bin/av1ctl reload",
                                                            "WatchdogSec=30s",
                                                            "KillMode=mixed",
                                                            "Restart=on-failure",
                                                            "RestartPreventExitStatus=64 78",
                                                            "User=av1encd",
                                                            "Group=av1encd",
                                                            "UMask=0002",
                                                            "StateDirectory=av1encd",
                                                            "RuntimeDirectory=av1encd",
                                                            "RuntimeDirectoryPreserve=yes",
                                                            "LimitNICE=+0",
                                                            "ReadWritePaths=-/srv/av1encd",
                                                            "Also=av1encd.socket",
                                                        }));
    EXPECT_THAT(settings_of(units / "av1encd.socket"),
                IsSupersetOf({"ListenStream=/run/av1encd/control.sock", "SocketGroup=av1encd",
                              "SocketMode=0660", "FileDescriptorName=control"}));
}

// The CPU watchdog would see no process of others, the control socket no user of others, the share
// helper could not open a folder, and encoders could neither set their priority nor lock themselves
// in.
TEST(ServiceUnit, TakesNothingAwayThatTheDaemonNeeds) {
    const auto settings = settings_of(units / "av1encd.service");
    EXPECT_THAT(settings, Not(Contains(HasSubstr("ProtectProc="))));
    EXPECT_THAT(settings, Not(Contains(HasSubstr("ProcSubset="))));
    EXPECT_THAT(settings, Not(Contains(HasSubstr("PrivateUsers="))));
    EXPECT_THAT(settings, Not(Contains(HasSubstr("RestrictSUIDSGID="))));
    EXPECT_THAT(settings, Not(Contains(ContainsRegex("SystemCallFilter=~.*@resources"))));
    EXPECT_THAT(settings, Contains("SystemCallFilter=landlock_add_rule landlock_create_ruleset "
                                   "landlock_restrict_self seccomp"));
}

/// The unit in `folder`, with every program that it runs replaced by one that is there.
void put_unit(const fs::path& unit, const TemporaryFolder& folder) {
    const std::regex program("/usr/(bin|libexec)/[a-z0-9/-]*av1[a-z-]+");
    folder.write(unit.filename(), std::regex_replace(text_of(unit), program, "/bin/true"));
}

TEST(Units, AreUnderstoodByWholeSystemd) {
    if (!has_systemd())
        GTEST_SKIP() << "no systemd-analyze here";
    const TemporaryFolder folder;
    Lines words = {"systemd-analyze", "verify", "--man=no", "--recursive-errors=no"};
    for (const auto& place : {units, units / "examples"})
        for (const auto& entry : fs::directory_iterator(place)) {
            const auto kind = entry.path().extension();
            if (kind != ".service" && kind != ".socket" && kind != ".timer" && kind != ".mount")
                continue;
            put_unit(entry.path(), folder);
            words.push_back((folder.path() / entry.path().filename()).native());
        }
    EXPECT_EQ(words.size(), 4U + 6U);
    const auto ran = run(words);
    EXPECT_EQ(ran.outcome.exit_status, 0);
    EXPECT_THAT(ran.outcome.stderr_lines, Not(Contains(HasSubstr(folder.path().native()))));
}

TEST(Units, TakeTheExampleOfADropIn) {
    if (!has_systemd())
        GTEST_SKIP() << "no systemd-analyze here";
    const TemporaryFolder folder;
    put_unit(units / "av1encd.service", folder);
    put_unit(units / "av1encd.socket", folder);
    // Every line of it, those too that are to be chosen from.
    const auto example = text_of(units / "examples/media.conf");
    folder.write("av1encd.service.d/media.conf",
                 std::regex_replace(example, std::regex("\n#([A-Z][A-Za-z]+=)"), "\n$1"));
    const auto ran = run(
        {"systemd-analyze", "verify", "--man=no", (folder.path() / "av1encd.service").native()});
    EXPECT_EQ(ran.outcome.exit_status, 0);
    EXPECT_THAT(ran.outcome.stderr_lines, Not(Contains(HasSubstr("media.conf"))));
}

TEST(Units, RunTheProgramsWhereTheyAreInstalled) {
    const auto installed = text_of(fs::path(AV1ENCD_BINARY_DIR) / "packaging/systemd/"
                                                                  "av1encd.service");
    EXPECT_THAT(installed, ContainsRegex("\nExecStart=/[^ ]*bin/av1encd\n"));
    EXPECT_THAT(installed, ContainsRegex("\nExecReload=/[^ ]*bin/av1ctl reload\n"));
    EXPECT_EQ(
        settings_of(fs::path(AV1ENCD_BINARY_DIR) / "packaging/systemd/av1encd.service").size(),
        settings_of(units / "av1encd.service").size());
}

// A password in the options of a mount is there for everybody to read.
TEST(Units, OfAnExampleShareTakeKeyAndPasswordFromACredential) {
    const auto share = text_of(units / "examples/av1encd-share.service");
    EXPECT_THAT(share, HasSubstr("\nLoadCredentialEncrypted=key:"));
    EXPECT_THAT(share, HasSubstr("IdentityFile=\"$CREDENTIALS_DIRECTORY/key\""));
    EXPECT_THAT(share, HasSubstr("<\"$CREDENTIALS_DIRECTORY/password\""));
    for (const auto* file : {"av1encd-share.service", "mnt-av1encd.mount"}) {
        const auto text = text_of(units / "examples" / file);
        for (const auto* option : {"reconnect", "ServerAliveInterval=5", "ServerAliveCountMax=3",
                                   "ConnectTimeout=10", "dir_cache=no"})
            EXPECT_THAT(text, HasSubstr(option)) << file;
    }
}

/// The lines of a section of av1encd(8), up to the next header.
std::string manual_section(const std::string& name) {
    const auto text = text_of(fs::path(AV1ENCD_SOURCE_DIR) / "man/av1encd.8.scd");
    const auto begin = text.find("\n# " + name + "\n");
    return begin == std::string::npos ? ""
                                      : text.substr(begin, text.find("\n# ", begin + 1) - begin);
}

TEST(ServiceManual, NamesWhatCostsAUserSomethingAndTheLineThatOpensIt) {
    const auto section = manual_section("AS A SERVICE");
    for (const auto* line :
         {"ReadWritePaths=", "ProtectHome=", "BindPaths=", "PrivateTmp=", "PrivateDevices=",
          "PrivateNetwork=", "MemoryDenyWriteExecute=", "SystemCallFilter="})
        EXPECT_THAT(section, HasSubstr(std::string("*") + line)) << line;
    for (const auto* word : {"media.conf", "av1encd-share.service", "av1encd.socket", "systemctl"})
        EXPECT_THAT(section, HasSubstr(word)) << word;
    const auto settings = settings_of(units / "av1encd.service");
    for (const auto* line : {"ProtectHome=yes", "PrivateTmp=yes", "PrivateDevices=yes",
                             "PrivateNetwork=yes", "MemoryDenyWriteExecute=yes"})
        EXPECT_THAT(settings, Contains(line));
}

/// A system of its own, with the user and the folders that are shipped.
class FreshSystem : public testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "needs root, to make users and give folders away";
        if (!has_systemd())
            GTEST_SKIP() << "no systemd here";
        root_.write("usr/lib/sysusers.d/av1encd.conf",
                    text_of(packaging / "sysusers.d/av1encd.conf"));
        fs::create_directories(root_.path() / "etc");
        make("systemd-sysusers");
    }
    /// Names in ACLs are looked up outside of the root: there they are given by number.
    void make_folders() {
        const auto text = text_of(packaging / "tmpfiles.d/av1encd.conf");
        root_.write("usr/lib/tmpfiles.d/av1encd.conf",
                    std::regex_replace(text, std::regex("g:av1encd:"),
                                       fmt::format("g:{}:", group_number())));
        make("systemd-tmpfiles", {"--create"});
    }
    void make(const std::string& program, Lines options = {}) {
        Lines words = {program, "--root=" + root_.path().native()};
        words.insert(words.end(), options.begin(), options.end());
        words.emplace_back("av1encd.conf");
        const auto ran = run(words);
        EXPECT_EQ(ran.outcome.exit_status, 0) << program;
        for (const auto& line : ran.outcome.stderr_lines)
            EXPECT_THAT(line, Not(HasSubstr("ail"))) << program;
    }
    std::string group_number() const {
        std::smatch line;
        const auto groups = root_.read("etc/group");
        std::regex_search(groups, line, std::regex("av1encd:x:([0-9]+):"));
        return line.empty() ? "" : line[1].str();
    }
    struct stat of(const fs::path& name) const {
        struct stat file {};
        EXPECT_EQ(::stat((root_.path() / name).c_str(), &file), 0) << name;
        return file;
    }
    /// Its mode and its group.
    std::string rights_of(const fs::path& name) const {
        const auto file = of(name);
        return fmt::format("{:o} {}", file.st_mode & 07777U, file.st_gid);
    }

    TemporaryFolder root_;
};

TEST_F(FreshSystem, HasAUserAndGroupOfItsName) {
    EXPECT_THAT(root_.read("etc/passwd"),
                ContainsRegex("^av1encd:x:[0-9]+:[0-9]+:[^:]*:/var/lib/av1encd:/usr/sbin/nologin"));
    EXPECT_THAT(group_number(), Not(IsEmpty()));
}

TEST_F(FreshSystem, HasTheTreeThatIsTheDefault) {
    make_folders();
    std::set<std::string> folders;
    for (const auto& entry : fs::recursive_directory_iterator(root_.path() / "srv")) {
        const auto name = entry.path().lexically_relative(root_.path() / "srv").native();
        folders.insert(name);
        EXPECT_EQ(rights_of("srv/" + name), "2775 " + group_number()) << name;
    }
    // No marker: that is the daemon's to make, with the first look at the tree.
    EXPECT_EQ(folders, (std::set<std::string>{"av1encd", "av1encd/jobs", "av1encd/jobs/to_assign",
                                              "av1encd/jobs/in_progress", "av1encd/jobs/done",
                                              "av1encd/jobs/failed", "av1encd/jobs/logs",
                                              "av1encd/locks", "av1encd/output"}));
    EXPECT_EQ(rights_of("run/av1encd"), "755 " + group_number());
}

TEST_F(FreshSystem, LetsTheGroupMoveWhatAMemberDropsWhateverTheUmask) {
    make_folders();
    const auto drop = (root_.path() / "srv/av1encd/jobs/to_assign").native();
    EXPECT_EQ(run({"sh", "-c", "umask 077; mkdir " + drop + "/sub; touch " + drop + "/sub/a.mp4"})
                  .outcome.exit_status,
              0);
    EXPECT_EQ(rights_of("srv/av1encd/jobs/to_assign/sub"), "2775 " + group_number());
    EXPECT_EQ(rights_of("srv/av1encd/jobs/to_assign/sub/a.mp4"), "664 " + group_number());
    const auto acl = run({"getfacl", "-n", "--absolute-names", drop + "/sub"}).output;
    EXPECT_THAT(acl, AllOf(HasSubstr("\ngroup:" + group_number() + ":rwx"),
                           HasSubstr("\ndefault:group:" + group_number() + ":rwx")));
}

TEST_F(FreshSystem, KeepsTheRightsThatAnAdministratorGave) {
    make_folders();
    const auto done = root_.path() / "srv/av1encd/jobs/done";
    ASSERT_EQ(::chmod(done.c_str(), 02750), 0);
    make_folders();
    EXPECT_EQ(of("srv/av1encd/jobs/done").st_mode & 07777U, 02750U);
}

} // namespace
} // namespace av1encd
