#include "daemon/config_file/config_loader.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>

namespace av1encd {
namespace {

class ConfigLoader : public ::testing::Test {
protected:
    /// The whole text of the ConfigError, the folder's path left out of it.
    std::string mistakes_in_folder(const std::string& name = "a.yaml") {
        try {
            load_config(folder_.path() / name);
        } catch (const ConfigError& error) {
            return without_folder(error.what());
        }
        return "no mistake";
    }
    std::string mistakes_in(std::string_view text) {
        folder_.write("a.yaml", text);
        return mistakes_in_folder();
    }
    Config load(std::string_view text) { return load_config(folder_.write("a.yaml", text)); }

    TemporaryFolder folder_;

private:
    std::string without_folder(std::string text) const {
        const std::string folder = folder_.path().string() + "/";
        for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder))
            text.erase(at, folder.size());
        return text;
    }
};

TEST_F(ConfigLoader, AFileThatSaysNothingGivesTheDefaults) {
    EXPECT_EQ(load(""), Config{});
    EXPECT_EQ(load("# nothing\n"), Config{});
    EXPECT_EQ(load("share:\nencode:\n  audio:\n"), Config{});
}

TEST_F(ConfigLoader, EveryKeyIsTakenOver) {
    const Config expected{
        .machine_id = "m1",
        .workers = 3,
        .chunk_size = 2048,
        .work_dir = "/w",
        .control_socket = "/c.sock",
        .share = {.root = "/s",
                  .output = "/o/{crf}",
                  .extensions = {"mkv", "mp4"},
                  .require_mount = true,
                  .settle = 2s,
                  .reclaim_after = 90min},
        .encode = {.crf = {20, 30},
                   .encoder = Encoder::libaom_av1,
                   .preset = 4,
                   .threads = 2,
                   .segment = std::nullopt,
                   .damaged = OnDamaged::keep,
                   .container = Container::mkv,
                   .audio = {.codec = "libopus", .bitrate = 128'000},
                   .extra_args = {"-aq-mode", "1"}},
        .pause = {.on_hold = OnHold::cleanup, .cleanup_after = std::nullopt},
        .cpu_watchdog = {.enabled = true,
                         .threshold_percent = 12.5,
                         .nice_range = {-5, 5},
                         .sample_interval = 500ms,
                         .window = 20s,
                         .resume_after = 1min},
        .schedule = {"Sat,Sun"},
        .limits = {.pixels = 1024, .frames = 7},
        .priority = {.nice = 5, .io = IoClass::best_effort, .cpu = CpuPolicy::idle},
        .finish_boost = {.at_percent = std::nullopt, .nice = -1},
        .retries = 0,
        .log = {.level = LogLevel::warning}};
    EXPECT_EQ(load("machine_id: m1\n"
                   "workers: 3\n"
                   "chunk_size: 2KiB\n"
                   "work_dir: /w\n"
                   "control_socket: /c.sock\n"
                   "share:\n"
                   "  root: /s\n"
                   "  output: /o/{crf}\n"
                   "  extensions: [mkv, mp4]\n"
                   "  require_mount: true\n"
                   "  settle: 2s\n"
                   "  reclaim_after: 1h30m\n"
                   "encode:\n"
                   "  crf: [20, 30]\n"
                   "  encoder: libaom-av1\n"
                   "  preset: 4\n"
                   "  threads: 2\n"
                   "  segment: off\n"
                   "  damaged: keep\n"
                   "  container: mkv\n"
                   "  audio: { codec: libopus, bitrate: 128k }\n"
                   "  extra_args: [-aq-mode, \"1\"]\n"
                   "pause: { on_hold: cleanup, cleanup_after: off }\n"
                   "cpu_watchdog:\n"
                   "  enabled: true\n"
                   "  threshold: 12.5%\n"
                   "  nice_range: [-5, 5]\n"
                   "  sample_interval: 500ms\n"
                   "  window: 20s\n"
                   "  resume_after: 1m\n"
                   "schedule: [\"Sat,Sun\"]\n"
                   "limits: { pixels: 1Ki, frames: 7 }\n"
                   "priority: { nice: 5, io: best-effort, cpu: idle }\n"
                   "finish_boost: { at: off, nice: -1 }\n"
                   "retries: 0\n"
                   "log: { level: warning }\n"),
              expected);
}

TEST_F(ConfigLoader, LaterFilesWinKeyByKeyAndReplaceListsWhole) {
    folder_.write("a.yaml", "workers: 2\nretries: 5\nencode: { crf: [10, 20], preset: 4 }\n");
    folder_.write("conf.d/20-second.yaml", "workers: 4\n");
    folder_.write("conf.d/10-first.yaml", "workers: 3\nencode: { crf: [30] }\n");
    Config expected;
    expected.workers = 4;
    expected.retries = 5;
    expected.encode.crf = {30};
    expected.encode.preset = 4;
    EXPECT_EQ(load_config(folder_.path() / "a.yaml"), expected);
}

TEST_F(ConfigLoader, OnlyVisibleYamlFilesOfTheFolderAreRead) {
    folder_.write("a.yaml", "");
    folder_.write("conf.d/.10.yaml", "workers: 3\n");
    folder_.write("conf.d/10.yaml~", "workers: 3\n");
    folder_.write("conf.d/10.yml", "workers: 3\n");
    folder_.write("conf.d/README", "workers: 3\n");
    EXPECT_EQ(load_config(folder_.path() / "a.yaml"), Config{});
}

TEST_F(ConfigLoader, AWrongTypeIsNamedWithWhatIsExpected) {
    EXPECT_EQ(mistakes_in("workers: many\n"
                          "chunk_size: lots\n"
                          "retries:\n"
                          "schedule: Sat\n"
                          "work_dir: ''\n"
                          "share:\n"
                          "  require_mount: yes\n"
                          "  settle: 30\n"
                          "  extensions: { mp4: true }\n"
                          "encode:\n"
                          "  crf: [24, x, [1], 010]\n"
                          "  encoder: libx264\n"
                          "  threads: [1]\n"
                          "  segment: never\n"
                          "  audio:\n"
                          "    bitrate: 96kbit\n"
                          "cpu_watchdog:\n"
                          "  threshold: 10\n"
                          "  nice_range: [1, 2, 3]\n"
                          "limits: { pixels: -1 }\n"
                          "log: { level: verbose }\n"),
              "a.yaml:1:10: workers: expected auto or a whole number, not 'many'\n"
              "a.yaml:2:13: chunk_size: expected a size such as 100MiB, not 'lots'\n"
              "a.yaml:3:1: retries: expected a whole number, not nothing\n"
              "a.yaml:4:11: schedule: expected a list, not 'Sat'\n"
              "a.yaml:5:11: work_dir: expected a path, not ''\n"
              "a.yaml:7:18: share.require_mount: expected true or false, not 'yes'\n"
              "a.yaml:8:11: share.settle: expected a duration such as 30s or 1h30m, not '30'\n"
              "a.yaml:9:15: share.extensions: expected a list, not keys below it\n"
              "a.yaml:11:13: encode.crf: expected a whole number, not 'x'\n"
              "a.yaml:11:16: encode.crf: expected a whole number, not a list\n"
              "a.yaml:11:21: encode.crf: expected a whole number, not '010'\n"
              "a.yaml:12:12: encode.encoder: expected libsvtav1, libaom-av1 or librav1e, "
              "not 'libx264'\n"
              "a.yaml:13:12: encode.threads: expected auto or a whole number, not a list\n"
              "a.yaml:14:12: encode.segment: expected off or a duration such as 30s or 1h30m, "
              "not 'never'\n"
              "a.yaml:16:14: encode.audio.bitrate: expected a bit rate such as 96k, not '96kbit'\n"
              "a.yaml:18:14: cpu_watchdog.threshold: expected a percentage such as 10%, not '10'\n"
              "a.yaml:19:15: cpu_watchdog.nice_range: expected a list of two whole numbers, "
              "not a list\n"
              "a.yaml:20:19: limits.pixels: expected a count such as 128Mi, not '-1'\n"
              "a.yaml:21:15: log.level: expected debug, info, warning or error, not 'verbose'");
}

TEST_F(ConfigLoader, UnknownAndDoubledKeysAreNamed) {
    EXPECT_EQ(mistakes_in("chunksize: 1MiB\n"
                          "workers: 2\n"
                          "share.root: /x\n"
                          "workers: 3\n"
                          "encode:\n"
                          "  crf: [24]\n"
                          "  bogus: { nothing: below }\n"
                          "  crf: [30]\n"
                          "encode: { presets: 1 }\n"
                          "[a]: b\n"),
              "a.yaml:1:1: unknown key 'chunksize'; did you mean 'chunk_size'?\n"
              "a.yaml:3:1: unknown key 'share.root'; write 'root' below 'share'\n"
              "a.yaml:4:1: doubled key 'workers'; it stands on line 2 already\n"
              "a.yaml:7:3: unknown key 'encode.bogus'\n"
              "a.yaml:8:3: doubled key 'encode.crf'; it stands on line 6 already\n"
              "a.yaml:9:1: doubled key 'encode'; it stands on line 5 already\n"
              "a.yaml:9:11: unknown key 'encode.presets'; did you mean 'encode.preset'?\n"
              "a.yaml:10:1: expected a key of one word");
}

TEST_F(ConfigLoader, ASectionWithoutKeysIsNamed) {
    EXPECT_EQ(mistakes_in("share: /srv\npause: [1]\n"),
              "a.yaml:1:8: share: expected keys below it, not '/srv'\n"
              "a.yaml:2:8: pause: expected keys below it, not a list");
    EXPECT_EQ(mistakes_in("just text\n"), "a.yaml:1:1: expected keys, not 'just text'");
    EXPECT_EQ(mistakes_in("- a\n"), "a.yaml:1:1: expected keys, not a list");
}

TEST_F(ConfigLoader, ABrokenRuleStandsAtTheValueToBlame) {
    EXPECT_EQ(mistakes_in("encode:\n"
                          "  preset: 14\n"
                          "  crf: [24, 64]\n"
                          "share: { output: '/srv/av1encd/jobs/{crf}' }\n"),
              "a.yaml:2:11: encode.preset: must be from 0 to 13 for libsvtav1, not 14\n"
              "a.yaml:3:8: encode.crf: must be from 0 to 63, not 64\n"
              "a.yaml:4:18: share.output: must not lie inside jobs/ of share.root");
}

TEST_F(ConfigLoader, ARuleBetweenTwoKeysStandsAtTheOneThatIsSaid) {
    EXPECT_EQ(mistakes_in("share: { root: /var/lib }\n"),
              "a.yaml:1:16: work_dir: must not lie inside share.root: it belongs on a local disk");
}

TEST_F(ConfigLoader, ARuleIsBrokenByTheFileThatSpokeLast) {
    folder_.write("a.yaml", "retries: 1\nworkers: 0\n");
    folder_.write("conf.d/b.yaml", "\nretries: -1\n");
    EXPECT_EQ(mistakes_in_folder(), "a.yaml:2:10: workers: must be from 1 to 1024, not 0\n"
                                    "conf.d/b.yaml:2:10: retries: must be from 0 to 100, not -1");
}

TEST_F(ConfigLoader, NoRuleIsSaidToBeBrokenBecauseAValueWasNotUnderstood) {
    EXPECT_EQ(mistakes_in("encode: { crf: all }\nshare: { output: /out }\n"),
              "a.yaml:1:16: encode.crf: expected a list, not 'all'");
}

TEST_F(ConfigLoader, AllFilesAreReadToTheEndWhateverIsWrongWithOne) {
    folder_.write("a.yaml", "workers: 0\n");
    folder_.write("conf.d/b.yaml", "share: [\n");
    folder_.write("conf.d/c.yaml", "x: 1\n");
    EXPECT_EQ(mistakes_in_folder(),
              "a.yaml:1:10: workers: must be from 1 to 1024, not 0\n"
              "conf.d/b.yaml:2:1: broken YAML: end of sequence flow not found\n"
              "conf.d/c.yaml:1:1: unknown key 'x'");
}

TEST_F(ConfigLoader, AFileThatCannotBeReadIsSaidWithTheSystemsReason) {
    EXPECT_EQ(mistakes_in_folder("none.yaml"), "cannot read none.yaml: No such file or directory");
    folder_.write("a.yaml", "workers: 0\n");
    folder_.write("conf.d/b.yaml/file", "");
    EXPECT_EQ(mistakes_in_folder(), "a.yaml:1:10: workers: must be from 1 to 1024, not 0\n"
                                    "cannot read conf.d/b.yaml: Is a directory");
}

TEST_F(ConfigLoader, AFolderThatIsNoneIsSaidToo) {
    folder_.write("a.yaml", "");
    folder_.write("conf.d", "");
    EXPECT_EQ(mistakes_in_folder(), "cannot read conf.d: Not a directory");
}

TEST_F(ConfigLoader, FilesAndPathsNeedNotBeUtf8) {
    const std::string name = "\xe4\xff.yaml";
    folder_.write(name, "work_dir: '/x/\xff'\n");
    EXPECT_EQ(load_config(folder_.path() / name).work_dir.native(), "/x/\xff");
    folder_.write(name, "x: 1\n");
    EXPECT_EQ(mistakes_in_folder(name), "\\xe4\\xff.yaml:1:1: unknown key 'x'");
}

TEST_F(ConfigLoader, ComplaintsKeepToOneLineEach) {
    EXPECT_EQ(mistakes_in("workers: \"a\\nb\\e[31m\"\n\"x\\ny\": 1\n"),
              "a.yaml:1:10: workers: expected auto or a whole number, not 'a\\x0ab\\x1b[31m'\n"
              "a.yaml:2:1: unknown key 'x\\x0ay'");
    EXPECT_EQ(mistakes_in("machine_id: \"a\\0b\"\nwork_dir: \"/a\\0b\"\n"),
              "a.yaml:1:13: machine_id: expected a text without NUL, not 'a\\x00b'\n"
              "a.yaml:2:11: work_dir: expected a path, not '/a\\x00b'");
}

TEST_F(ConfigLoader, AFileOfTheCurrentFolderNeedsNoSlash) {
    try {
        load_config("there-is-no-such-file.yaml");
        FAIL() << "it was read";
    } catch (const ConfigError& error) {
        EXPECT_STREQ(error.what(),
                     "cannot read there-is-no-such-file.yaml: No such file or directory");
    }
}

} // namespace
} // namespace av1encd
