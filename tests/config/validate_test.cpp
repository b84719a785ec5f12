#include "daemon/config/config.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <ostream>

namespace av1encd {

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest looks for this name
void PrintTo(const Complaint& complaint, std::ostream* out) {
    *out << complaint.key << ": " << complaint.reason << " (" << complaint.other_key << ")";
}

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<Complaint> complaints_after(const std::function<void(Config&)>& change) {
    Config config;
    change(config);
    return validate(config);
}

TEST(Validate, TheDefaultsBreakNoRule) {
    EXPECT_THAT(validate(Config{}), IsEmpty());
}

TEST(Validate, TheLadderHasDifferentCrfsWithinTheirRange) {
    EXPECT_THAT(complaints_after([](Config& c) { c.encode.crf = {}; }),
                ElementsAre(Complaint{"encode.crf", "must name at least one CRF"}));
    EXPECT_THAT(complaints_after([](Config& c) {
                    c.encode.crf = {-1, 0, 63, 64};
                }),
                ElementsAre(Complaint{"encode.crf", "must be from 0 to 63, not -1"},
                            Complaint{"encode.crf", "must be from 0 to 63, not 64"}));
    EXPECT_THAT(complaints_after([](Config& c) {
                    c.encode.crf = {24, 60, 24};
                }),
                ElementsAre(Complaint{"encode.crf", "must not name a CRF twice"}));
}

struct PresetRange {
    Encoder encoder;
    int most;
    const char* name;
};

TEST(Validate, EachEncoderHasItsOwnPresets) {
    for (const auto& [encoder, most, name] : {PresetRange{Encoder::libsvtav1, 13, "libsvtav1"},
                                              PresetRange{Encoder::libaom_av1, 8, "libaom-av1"},
                                              PresetRange{Encoder::librav1e, 10, "librav1e"}}) {
        Config config;
        config.encode.encoder = encoder;
        for (const int good : {0, most}) {
            config.encode.preset = good;
            EXPECT_THAT(validate(config), IsEmpty()) << name << " " << good;
        }
        for (const int bad : {-1, most + 1}) {
            config.encode.preset = bad;
            const auto reason = "must be from 0 to " + std::to_string(most) + " for " + name +
                                ", not " + std::to_string(bad);
            EXPECT_THAT(validate(config),
                        ElementsAre(Complaint{"encode.preset", reason, "encode.encoder"}));
        }
    }
}

TEST(Validate, NumbersOfProcessesAndBytesAreAtLeastOne) {
    EXPECT_THAT(complaints_after([](Config& c) {
                    c.workers = 0;
                    c.chunk_size = 0;
                    c.encode.threads = 0;
                    c.limits = {.pixels = 0, .frames = 0};
                    c.retries = -1;
                }),
                ElementsAre(Complaint{"workers", "must be from 1 to 1024, not 0"},
                            Complaint{"chunk_size", "must be at least one byte"},
                            Complaint{"encode.threads", "must be from 1 to 1024, not 0"},
                            Complaint{"limits.pixels", "must be at least 1"},
                            Complaint{"limits.frames", "must be at least 1"},
                            Complaint{"retries", "must be from 0 to 100, not -1"}));
}

TEST(Validate, PathsAreAbsolute) {
    EXPECT_THAT(complaints_after([](Config& c) {
                    c.work_dir = "work";
                    c.control_socket = "control.sock";
                    c.share.root = "share";
                    c.share.output = "out{crf}";
                }),
                ElementsAre(Complaint{"work_dir", "must be an absolute path"},
                            Complaint{"control_socket", "must be an absolute path"},
                            Complaint{"share.root", "must be an absolute path"},
                            Complaint{"share.output", "must be an absolute path"}));
}

TEST(Validate, AControlSocketsPathFitsIntoItsAddress) {
    EXPECT_THAT(complaints_after([](Config& c) { c.control_socket = "/" + std::string(106, 'x'); }),
                IsEmpty());
    EXPECT_THAT(
        complaints_after([](Config& c) { c.control_socket = "/" + std::string(107, 'x'); }),
        ElementsAre(Complaint{"control_socket", "must be at most 107 bytes long, not 108"}));
}

TEST(Validate, WorkDirAndShareKeepOutOfEachOther) {
    const Complaint inside{"work_dir", "must not lie inside share.root: it belongs on a local disk",
                           "share.root"};
    EXPECT_THAT(complaints_after([](Config& c) { c.work_dir = "/srv/av1encd/work"; }),
                ElementsAre(inside));
    EXPECT_THAT(complaints_after([](Config& c) { c.work_dir = "/srv/x/../av1encd/"; }),
                ElementsAre(inside));
    EXPECT_THAT(complaints_after([](Config& c) { c.share.root = "/var/lib/"; }),
                ElementsAre(inside));
    EXPECT_THAT(complaints_after([](Config& c) { c.work_dir = "/srv/av1encd-work"; }), IsEmpty());
    EXPECT_THAT(
        complaints_after([](Config& c) {
            c.share.root = "/var/lib/av1encd/jobs/share";
            c.share.output = "/var/lib/av1encd/jobs/out{crf}";
        }),
        ElementsAre(Complaint{"share.root", "must not lie inside work_dir's jobs: they are cleaned",
                              "work_dir"},
                    Complaint{"share.output",
                              "must not lie inside work_dir's jobs: they are cleaned",
                              "work_dir"}));
}

TEST(Validate, AnOutputForSeveralCrfsHoldsTheCrfOnce) {
    EXPECT_THAT(
        complaints_after([](Config& c) { c.share.output = "/srv/out"; }),
        ElementsAre(Complaint{"share.output", "must hold {crf}: encode.crf has more than one value",
                              "encode.crf"}));
    EXPECT_THAT(complaints_after([](Config& c) {
                    c.share.output = "/srv/out";
                    c.encode.crf = {30};
                }),
                IsEmpty());
    EXPECT_THAT(complaints_after([](Config& c) { c.share.output = "/srv/{crf}/x{crf}"; }),
                ElementsAre(Complaint{"share.output", "must hold {crf} only once"}));
    EXPECT_THAT(complaints_after([](Config& c) { c.share.output = "/srv/{crf}/../x"; }),
                ElementsAre(Complaint{"share.output", "must not hold '..'"}));
}

TEST(Validate, RenditionsDoNotLandAmongTheSources) {
    EXPECT_THAT(
        complaints_after([](Config& c) { c.share.output = "/srv/av1encd/jobs/done/crf{crf}"; }),
        ElementsAre(
            Complaint{"share.output", "must not lie inside jobs/ of share.root", "share.root"}));
    EXPECT_THAT(complaints_after([](Config& c) { c.share.output = "/srv/av1encd/locks/{crf}"; }),
                ElementsAre(Complaint{"share.output", "must not lie inside locks/ of share.root",
                                      "share.root"}));
    const Complaint above{"share.output", "must not be share.root or a folder above it",
                          "share.root"};
    for (const char* output : {"/srv/av1encd", "/srv/av1encd/", "/srv", "/"})
        EXPECT_THAT(complaints_after([&](Config& c) {
                        c.share.output = output;
                        c.encode.crf = {30};
                    }),
                    ElementsAre(above))
            << output;
}

TEST(Validate, ExtensionsAreLowerCaseWordsWithoutADot) {
    EXPECT_THAT(complaints_after([](Config& c) { c.share.extensions = {}; }),
                ElementsAre(Complaint{"share.extensions", "must name at least one extension"}));
    const std::string form = "must be lower-case letters and digits without a dot, not ";
    EXPECT_THAT(
        complaints_after([](Config& c) {
            c.share.extensions = {"mkv", ".mp4", "AVI", "", "part", "txt", "mkv"};
        }),
        ElementsAre(
            Complaint{"share.extensions", form + "'.mp4'"},
            Complaint{"share.extensions", form + "'AVI'"},
            Complaint{"share.extensions", form + "''"},
            Complaint{"share.extensions", "must not be 'part': such a file is still being written"},
            Complaint{"share.extensions", "'txt' is no kind of video that av1encd reads"},
            Complaint{"share.extensions", "names 'mkv' twice"}));
}

TEST(Validate, DurationsThatWouldNeverLetAnythingHappenAreRefused) {
    EXPECT_THAT(complaints_after([](Config& c) {
                    c.share.reclaim_after = 0s;
                    c.encode.segment = 999ms;
                    c.pause.cleanup_after = 0s;
                    c.cpu_watchdog.sample_interval = 0s;
                }),
                ElementsAre(Complaint{"share.reclaim_after", "must be at least 1s"},
                            Complaint{"encode.segment", "must be at least 1s"},
                            Complaint{"pause.cleanup_after", "must be at least 1s"},
                            Complaint{"cpu_watchdog.sample_interval", "must be at least 100ms"}));
}

TEST(Validate, WhatMayBeOffOrAutoHasNoRuleThen) {
    EXPECT_THAT(complaints_after([](Config& c) {
                    c.encode.segment = std::nullopt;
                    c.pause.cleanup_after = std::nullopt;
                    c.finish_boost.at_percent = std::nullopt;
                }),
                IsEmpty());
}

TEST(Validate, AudioIsOpusAtARateThatItKnows) {
    EXPECT_THAT(
        complaints_after([](Config& c) { c.encode.audio = {.codec = "aac", .bitrate = 5'999}; }),
        ElementsAre(Complaint{"encode.audio.codec",
                              "must be libopus, the one that is supported, not 'aac'"},
                    Complaint{"encode.audio.bitrate", "must be from 6k to 510k, not 5999"}));
    EXPECT_THAT(
        complaints_after([](Config& c) { c.encode.audio.bitrate = 510'001; }),
        ElementsAre(Complaint{"encode.audio.bitrate", "must be from 6k to 510k, not 510001"}));
}

TEST(Validate, TheWatchdogsNumbersFitTogether) {
    const auto bad_range = [](int least, int most) {
        return complaints_after([&](Config& c) { c.cpu_watchdog.nice_range = {least, most}; });
    };
    const std::string range = "must be two numbers from -20 to 19, the lower first, not ";
    EXPECT_THAT(bad_range(5, 4),
                ElementsAre(Complaint{"cpu_watchdog.nice_range", range + "[5, 4]"}));
    EXPECT_THAT(bad_range(-21, 0),
                ElementsAre(Complaint{"cpu_watchdog.nice_range", range + "[-21, 0]"}));
    EXPECT_THAT(bad_range(0, 20),
                ElementsAre(Complaint{"cpu_watchdog.nice_range", range + "[0, 20]"}));
    EXPECT_THAT(complaints_after([](Config& c) {
                    c.cpu_watchdog.threshold_percent = 100.5;
                    c.cpu_watchdog.window = 999ms;
                }),
                ElementsAre(Complaint{"cpu_watchdog.threshold", "must be from 0 to 100, not 100.5"},
                            Complaint{"cpu_watchdog.window",
                                      "must not be shorter than cpu_watchdog.sample_interval",
                                      "cpu_watchdog.sample_interval"}));
}

TEST(Validate, ScheduleNicenessAndShareOfARenditionHaveTheirForms) {
    EXPECT_THAT(complaints_after([](Config& c) {
                    c.schedule = {"Sat,Sun", "at night"};
                    c.priority.nice = 20;
                    c.finish_boost = {.at_percent = 101, .nice = -21};
                    c.machine_id = "a b";
                }),
                ElementsAre(Complaint{"machine_id", "must be letters, digits, '.', '_' and '-'"},
                            Complaint{"schedule", "must be like 'Mon..Fri 19:00..07:00', 'Sat,Sun' "
                                                  "or '22:00..06:00', not 'at night'"},
                            Complaint{"priority.nice", "must be from -20 to 19, not 20"},
                            Complaint{"finish_boost.at", "must be from 0 to 100, not 101"},
                            Complaint{"finish_boost.nice", "must be from -20 to 19, not -21"}));
}

} // namespace
} // namespace av1encd
