#include "daemon/pipeline/rendition_runner.hpp"

#include "tests/pipeline/job_runner_fixture.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <string>

namespace av1encd::test {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int pictures = 40;
constexpr int pictures_a_segment = 10;

std::string frames(int count) {
    std::string text = "#tb 0: 1/10\n";
    for (int picture = 0; picture < count; ++picture)
        text += fmt::format("0, {0}, {0}, 1, 6, 0x0\n", picture);
    return text;
}

std::string packets() {
    std::string text;
    for (int picture = 0; picture < pictures; ++picture)
        text +=
            fmt::format("{0},{0},{1}\n", picture, picture % pictures_a_segment == 0 ? "K_" : "__");
    return text;
}

/// A source of four segments, and one CRF; `looks_too_few` of the looks at its second segment find
/// a frame too few.
class RenditionRunnerTest : public JobRunnerTest {
protected:
    RenditionRunnerTest() {
        config.encode.crf = {24};
        config.encode.segment = 1s;
        source_frames = rendition_frames = frames(pictures);
        processes.answer = [this, usual = processes.answer](const ProcessRequest& request) {
            return answer(request, usual);
        };
    }

    /// So many encoders of it were run.
    long encodes(const std::string& segment) const {
        return std::ranges::count_if(processes.commands, [&](const Words& words) {
            return std::ranges::find(words, "libsvtav1") != words.end() &&
                   words.back().find("/24/" + segment + ".") != std::string::npos;
        });
    }
    Words causes() const {
        Words causes;
        for (const auto& attempt : record().attempts)
            causes.push_back(fmt::format("{}: {}", attempt.number, attempt.cause));
        return causes;
    }

    Words messages() const {
        Words messages;
        for (const auto& event : events.all)
            messages.push_back(event.message);
        return messages;
    }

    int looks_too_few = 0;

private:
    static bool has_word(const ProcessRequest& request, const std::string& word) {
        return std::ranges::find(request.command.arguments, word) !=
               request.command.arguments.end();
    }
    static bool has(const ProcessRequest& request, const std::string& text) {
        return std::ranges::any_of(request.command.arguments, [&](const std::string& word) {
            return word.find(text) != std::string::npos;
        });
    }
    ProcessOutcome answer(const ProcessRequest& request,
                          const std::function<ProcessOutcome(const ProcessRequest&)>& usual) {
        const bool is_packet_scan = has(request, "packet=pts");
        const bool is_look = has(request, "framecrc") && has_word(request, "copy");
        if (!is_packet_scan && !is_look)
            return usual(request);
        const bool too_few = has(request, "/24/10-20") && looks_too_few-- > 0;
        request.on_stdout(is_packet_scan ? packets()
                                         : frames(pictures_a_segment - (too_few ? 1 : 0)));
        ProcessOutcome well;
        well.exit_status = 0;
        return well;
    }
};

TEST_F(RenditionRunnerTest, EncodesOnlyTheSegmentAnewWhosePicturesAreNotTheSources) {
    looks_too_few = 1;
    run_job();
    EXPECT_EQ(record().job.state, JobState::done) << record().job.error;
    EXPECT_EQ(runs[Command::segment], 5);
    EXPECT_EQ(encodes("10-20"), 2);
    EXPECT_EQ(causes(), Words{"1: segment 2 of CRF 24: 9 frames instead of 10"});
    EXPECT_THAT(messages(), Not(Contains(HasSubstr("in one piece"))));
}

TEST_F(RenditionRunnerTest, EncodesASourceInOnePieceThatCannotBeCutAndSaysSo) {
    looks_too_few = 1000;
    run_job();
    EXPECT_EQ(record().job.state, JobState::done) << record().job.error;
    EXPECT_EQ(runs[Command::segment], 6);
    EXPECT_EQ(encodes("10-20"), 2);
    EXPECT_EQ(encodes("0-end"), 1);
    EXPECT_EQ(causes(), (Words{"1: segment 2 of CRF 24: 9 frames instead of 10",
                               "2: segment 2 of CRF 24: 9 frames instead of 10"}));
    EXPECT_THAT(messages(),
                Contains("CRF 24 is encoded in one piece from now on: this source cannot be cut"));
}

} // namespace
} // namespace av1encd::test
