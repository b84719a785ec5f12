#include "daemon/system/ffmpeg_check.hpp"

#include "common/error.hpp"
#include "daemon/system/ffmpeg_processes.hpp"
#include "tests/support/awaited.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>

namespace av1encd {
namespace {

namespace asio = boost::asio;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;

// What an ffmpeg of some machine says: by "ffmpeg", "ffprobe" or the name of the encoder tried.
class SomeFfmpeg final : public Processes {
public:
    struct Answer {
        int exit_status = 0;
        std::string out;
        std::vector<std::string> err;
    };
    std::map<std::string, Answer> answers = {
        {"ffmpeg",
         {0, "ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026\nbuilt with gcc\n", {}}},
        {"ffprobe", {0, "ffprobe version 5.1.9-0+deb12u1 Copyright (c) 2007-2026\n", {}}},
        {"libsvtav1", {0, "", {"Svt[info]: SVT [version]:\tSVT-AV1 Encoder Lib v1.4.1"}}},
        {"libaom-av1",
         {0,
          "",
          {"[libaom-av1 @ 0x55d4b05c5fc0] v3.6.0",
           "[libaom-av1 @ 0x55d4b05c5fc0] Neither bitrate nor CRF"}}},
        {"librav1e", {0, "", {"Output #0, null, to 'pipe:':"}}},
        {"libopus", {0, "", {"[libopus @ 0x55] No bit rate set."}}}};

    Awaitable<ProcessOutcome> run(ProcessRequest request) override {
        const auto& answer = answers.at(asked(request.command));
        request.on_stdout(answer.out);
        ProcessOutcome outcome;
        outcome.exit_status = answer.exit_status;
        outcome.stderr_lines = answer.err;
        co_return outcome;
    }
    void suspend_all() override {}
    void continue_all() override {}
    int running() const override { return 0; }
    Awaitable<int> clean_up() override { co_return 0; }
    void end_stalled(pid_t, std::string) override {}
    CpuTimes cpu_times(pid_t) const override { return {}; }
    std::optional<std::string> set_priority(pid_t, int, CpuPolicy) override { return {}; }

private:
    static std::string asked(const FfmpegCommand& command) {
        const auto& arguments = command.arguments;
        const auto codec =
            std::find_if(arguments.begin(), arguments.end(), [](const std::string& argument) {
                return argument == "-c:v" || argument == "-c:a";
            });
        if (codec != arguments.end())
            return *(codec + 1);
        return command.program == Program::ffmpeg ? "ffmpeg" : "ffprobe";
    }
};

class FfmpegCheck : public testing::Test {
protected:
    FfmpegFacts check() { return awaited(loop_, check_ffmpeg(ffmpeg_, encode_)); }
    std::string complaint() {
        try {
            check();
            return "no complaint";
        } catch (const ConfigError& error) {
            return error.what();
        }
    }

    asio::io_context loop_;
    SomeFfmpeg ffmpeg_;
    EncodeConfig encode_;
};

TEST_F(FfmpegCheck, TellsTheVersionsOfWhatIsThere) {
    const FfmpegFacts expected{"5.1.9-0+deb12u1",
                               {{"libsvtav1", "v1.4.1"}, {"libaom-av1", "v3.6.0"}, {"libopus", ""}},
                               {}};
    EXPECT_EQ(check(), expected);
}

TEST_F(FfmpegCheck, TriesTheConfiguredEncoderAndNoOther) {
    encode_.encoder = Encoder::librav1e;
    ffmpeg_.answers["libsvtav1"].exit_status = 1;
    EXPECT_EQ(check().encoders.at("librav1e"), "");
    EXPECT_FALSE(check().encoders.contains("libsvtav1"));
    encode_.encoder = Encoder::libaom_av1;
    EXPECT_EQ(check().encoders.size(), 2U);
}

TEST_F(FfmpegCheck, NamesThePackageWhereAnEncoderIsMissing) {
    ffmpeg_.answers["libsvtav1"] = {1, "", {"Unknown encoder 'libsvtav1'"}};
    EXPECT_EQ(complaint(), "ffmpeg 5.1.9-0+deb12u1 has no working encoder libsvtav1 (this build "
                           "has none): apt install ffmpeg");
}

TEST_F(FfmpegCheck, GivesTheReasonWhereAnEncoderDoesNotWork) {
    ffmpeg_.answers["libopus"] = {1, "", {"Stream mapping:", "Conversion \x1b failed!"}};
    EXPECT_EQ(complaint(), "ffmpeg 5.1.9-0+deb12u1 has no working encoder libopus (exit status 1: "
                           "Conversion \\x1b failed!): apt install ffmpeg");
}

TEST_F(FfmpegCheck, MissesOfTheStandInAreAWarning) {
    ffmpeg_.answers["libaom-av1"] = {1, "", {"Unknown encoder 'libaom-av1'"}};
    const auto facts = check();
    EXPECT_FALSE(facts.encoders.contains("libaom-av1"));
    EXPECT_THAT(facts.warnings,
                ElementsAre("ffmpeg 5.1.9-0+deb12u1 has no working encoder libaom-av1 (this build "
                            "has none): sources that libsvtav1 refuses will fail"));
}

TEST_F(FfmpegCheck, TriesWhatJobsUnderWayArePlannedWithAndOnlyMissesWhatDoesNotWork) {
    ffmpeg_.answers["librav1e"] = {1, "", {"Unknown encoder 'librav1e'"}};
    const auto facts =
        awaited(loop_, check_ffmpeg(ffmpeg_, encode_, {"librav1e", "libaom-av1", "libsvtav1"}));
    EXPECT_EQ(facts, check());
}

TEST_F(FfmpegCheck, RefusesAnOldFfmpegAndTakesANewOne) {
    const auto complaint_of = [&](const std::string& version) {
        ffmpeg_.answers["ffmpeg"].out = "ffmpeg version " + version + " Copyright";
        return complaint();
    };
    EXPECT_EQ(complaint_of("4.3.9-0+deb11u1"),
              "ffmpeg 4.3.9-0+deb11u1 is too old, at least 5.1 is needed: apt install ffmpeg");
    EXPECT_EQ(complaint_of("5.0"),
              "ffmpeg 5.0 is too old, at least 5.1 is needed: apt install ffmpeg");
    for (const auto* version :
         {"5.1", "5.10.1", "7.1.1", "12.0", "N-109468-gd39b34123d", "2026.01"})
        EXPECT_EQ(complaint_of(version), "no complaint") << version;
}

TEST_F(FfmpegCheck, RefusesWhatDoesNotRunOrIsAnotherProgram) {
    ffmpeg_.answers["ffprobe"] = {127, "", {"ffprobe: error while loading shared libraries"}};
    EXPECT_EQ(complaint(), "ffprobe does not run (exit status 127: ffprobe: error while loading "
                           "shared libraries): apt install ffmpeg");
    ffmpeg_.answers["ffmpeg"] = {0, "hello", {}};
    EXPECT_EQ(complaint(), "the ffmpeg in PATH is not FFmpeg's: apt install ffmpeg");
}

TEST(FfmpegCheckForReal, EveryEncoderOfThisMachineSaysItsVersion) {
    asio::io_context loop;
    FfmpegProcesses processes(loop.get_executor(), find_ffmpeg());
    const auto facts = awaited(loop, check_ffmpeg(processes, {}));
    EXPECT_THAT(facts.version, MatchesRegex("[0-9]+\\.[0-9].*"));
    EXPECT_THAT(facts.encoders.at("libsvtav1"), MatchesRegex("v[0-9]+\\.[0-9].*"));
    EXPECT_THAT(facts.encoders.at("libaom-av1"), MatchesRegex("v[0-9]+\\.[0-9].*"));
    EXPECT_THAT(facts.warnings, IsEmpty());

    EncodeConfig rav1e;
    rav1e.encoder = Encoder::librav1e;
    EXPECT_TRUE(awaited(loop, check_ffmpeg(processes, rav1e)).encoders.contains("librav1e"));
    rav1e.audio.codec = "no-such-codec";
    EXPECT_THROW(awaited(loop, check_ffmpeg(processes, rav1e)), ConfigError);
}

} // namespace
} // namespace av1encd
