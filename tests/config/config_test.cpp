#include "daemon/config/config.hpp"

#include <gmock/gmock.h>

namespace av1encd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ShareConfig with_output(std::string pattern) {
    ShareConfig share;
    share.output = std::move(pattern);
    return share;
}

TEST(Config, TheOutputsRootEndsBeforeTheComponentWithTheCrf) {
    EXPECT_EQ(output_root(ShareConfig{}), "/srv/av1encd/output");
    EXPECT_EQ(output_root(with_output("/media/{crf}/av1")), "/media");
    EXPECT_EQ(output_root(with_output("/{crf}")), "/");
    EXPECT_EQ(output_root(with_output("/media//x/./crf{crf}/")), "/media/x");
}

TEST(Config, WithoutACrfTheWholePatternIsTheOutputsRoot) {
    EXPECT_EQ(output_root(with_output("/media/av1")), "/media/av1");
    EXPECT_EQ(output_root(with_output("/media/av1/")), "/media/av1");
    EXPECT_EQ(output_folder(with_output("/media/av1/"), 24), "");
}

TEST(Config, ACrfsFolderIsTheRestOfThePattern) {
    EXPECT_EQ(output_folder(ShareConfig{}, 24), "av1_crf24");
    EXPECT_EQ(output_folder(with_output("/media/{crf}/av1"), 60), "60/av1");
    EXPECT_EQ(output_folder(with_output("/media/{crf}/"), 5), "5");
}

TEST(Config, AMachineIdIsSafeInAFileName) {
    for (const char* id : {"m1", "auto", "_x", "Node-3.cluster", "0"})
        EXPECT_EQ(reason_against_machine_id(id), std::nullopt) << id;
    EXPECT_EQ(reason_against_machine_id(std::string(64, 'a')), std::nullopt);
}

TEST(Config, AMachineIdThatIsNotIsRefusedWithTheReason) {
    EXPECT_EQ(reason_against_machine_id(""), "must not be empty");
    EXPECT_EQ(reason_against_machine_id(std::string(65, 'a')),
              "must be at most 64 bytes long, not 65");
    EXPECT_EQ(reason_against_machine_id("a/b"), "must be letters, digits, '.', '_' and '-'");
    EXPECT_EQ(reason_against_machine_id("m\xc3\xa4"), "must be letters, digits, '.', '_' and '-'");
    EXPECT_EQ(reason_against_machine_id(".."), "must begin with a letter, a digit or '_'");
    EXPECT_EQ(reason_against_machine_id("-rf"), "must begin with a letter, a digit or '_'");
}

TEST(Config, OnlyWhereThingsLieNeedsARestart) {
    Config wanted;
    wanted.encode.preset = 3;
    wanted.workers = 7;
    wanted.share.settle = 5s;
    EXPECT_THAT(keys_that_need_restart(Config{}, wanted), IsEmpty());

    wanted.machine_id = "m2";
    wanted.work_dir = "/var/tmp/av1encd";
    wanted.control_socket = "/run/x.sock";
    wanted.share.root = "/mnt/share";
    wanted.share.output = "/mnt/share/out{crf}";
    EXPECT_THAT(
        keys_that_need_restart(Config{}, wanted),
        ElementsAre("machine_id", "work_dir", "control_socket", "share.root", "share.output"));
}

} // namespace
} // namespace av1encd
