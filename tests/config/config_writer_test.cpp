#include "daemon/config_file/config_writer.hpp"

#include "daemon/config_file/config_loader.hpp"
#include "daemon/config_file/yaml_text.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

TEST(ConfigWriter, WritesEveryKeyInTheOrderOfTheDocumentation) {
    EXPECT_EQ(to_yaml(Config{}), "machine_id: auto\n"
                                 "workers: auto\n"
                                 "chunk_size: 100MiB\n"
                                 "work_dir: /var/lib/av1encd\n"
                                 "control_socket: /run/av1encd/control.sock\n"
                                 "share:\n"
                                 "  root: /srv/av1encd\n"
                                 "  output: \"/srv/av1encd/output/av1_crf{crf}\"\n"
                                 "  extensions: [mp4]\n"
                                 "  require_mount: false\n"
                                 "  settle: 1s\n"
                                 "  reclaim_after: 15m\n"
                                 "encode:\n"
                                 "  crf: [24, 60]\n"
                                 "  encoder: libsvtav1\n"
                                 "  preset: 6\n"
                                 "  threads: auto\n"
                                 "  segment: 30s\n"
                                 "  damaged: fail\n"
                                 "  container: mp4\n"
                                 "  audio:\n"
                                 "    codec: libopus\n"
                                 "    bitrate: 96k\n"
                                 "  extra_args: []\n"
                                 "pause:\n"
                                 "  on_hold: suspend\n"
                                 "  cleanup_after: 10m\n"
                                 "cpu_watchdog:\n"
                                 "  enabled: false\n"
                                 "  threshold: 10%\n"
                                 "  nice_range: [-20, 10]\n"
                                 "  sample_interval: 1s\n"
                                 "  window: 10s\n"
                                 "  resume_after: 30s\n"
                                 "schedule: []\n"
                                 "limits:\n"
                                 "  pixels: 128Mi\n"
                                 "  frames: 10Mi\n"
                                 "priority:\n"
                                 "  nice: 19\n"
                                 "  io: idle\n"
                                 "  cpu: batch\n"
                                 "finish_boost:\n"
                                 "  at: 85%\n"
                                 "  nice: 0\n"
                                 "retries: 2\n"
                                 "log:\n"
                                 "  level: info\n");
}

TEST(ConfigWriter, WhatItWritesIsLoadedAsAnEqualConfiguration) {
    Config config;
    config.machine_id = "null";
    config.workers = 12;
    config.chunk_size = 123'456'789;
    config.work_dir = "/w \"x\" \\ \n\x7f: #\xff\xc3\xa4";
    config.share.output = "/out, [a]/{crf}'";
    config.share.extensions = {"mkv", "3g2"};
    config.share.settle = 1h + 1ms;
    config.encode.crf = {0};
    config.encode.segment = std::nullopt;
    config.encode.extra_args = {"-svtav1-params", "tune=0:film-grain={8}", "", "-1", "- x", "~"};
    config.encode.audio.bitrate = 6'001;
    config.cpu_watchdog.threshold_percent = 33.3;
    config.cpu_watchdog.nice_range = {-3, 4};
    config.schedule = {"Mon..Fri 19:00..07:00", "Sat,Sun"};
    config.finish_boost.at_percent = std::nullopt;

    const TemporaryFolder folder;
    EXPECT_EQ(load_config(folder.write("a.yaml", to_yaml(config))), config);
}

TEST(YamlText, PlainTextStaysPlain) {
    for (const char* text : {"auto", "/srv/av1encd", "100MiB", "-20", "10%", "libaom-av1", "a.b_c"})
        EXPECT_EQ(yaml_scalar(text), text);
}

TEST(YamlText, WhatYamlWouldTakeForSomethingElseIsQuoted) {
    EXPECT_EQ(yaml_scalar(""), R"("")");
    EXPECT_EQ(yaml_scalar("null"), R"("null")");
    EXPECT_EQ(yaml_scalar("~"), R"("~")");
    EXPECT_EQ(yaml_scalar("a: b"), R"("a: b")");
    EXPECT_EQ(yaml_scalar("-x"), R"("-x")");
    EXPECT_EQ(yaml_scalar("%x"), R"("%x")");
    EXPECT_EQ(yaml_scalar("a\"\\b\n\t"), R"("a\"\\b\x0a\x09")");
}

} // namespace
} // namespace av1encd
