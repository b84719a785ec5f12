#pragma once
// One job over fakes, from its claim on: child processes answer at once, as the members say.

#include "daemon/pipeline/jobs.hpp"
#include "tests/pipeline/pipeline_fixture.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace av1encd::test {

/// What ffprobe says of a file of three pictures. `audio_codec` empty: it has no audio.
std::string probe_json(const std::string& video_codec, const std::string& audio_codec = "",
                       const std::string& tags = "{}");

/// The same of a rendition of the source with that hash; of none where it is empty.
std::string rendition_json(const std::string& hash);

/// What a decoder says of these three pictures.
inline constexpr const char* three_frames = "#tb 0: 1/10\n0, 0, 0, 1, 6, 0x0\n"
                                            "0, 1, 1, 1, 6, 0x0\n0, 2, 2, 1, 6, 0x0\n";

/// What a child process is started for.
enum class Command { probe, packets, keyframes, source_decode, check_decode, segment, audio, join };

class JobRunnerTest : public PipelineTest {
protected:
    using Words = std::vector<std::string>;

    JobRunnerTest();
    ~JobRunnerTest() override;

    void run_job();
    void run_job_stopped_before_its_end();
    /// As after a restart.
    void run_again(JobDetails recorded);
    void stop();
    void cancel();

    const JobDetails& record() const { return ledger.all.at(JobId{1}); }
    Words published();

    std::map<Command, int> runs;
    std::string source_json = probe_json("h264");
    std::string existing_hash = hash_of_every_file;
    std::string made_json = rendition_json(hash_of_every_file);
    std::string source_packets = "0,0,K_\n1,1,__\n2,2,__\n";
    std::string source_frames = three_frames;
    std::string rendition_frames = three_frames;
    std::function<void(Command, ProcessOutcome&)> on_answer;
    std::optional<std::string> why_not_cancelled;
    bool cancelled = false;
    Jobs jobs{context, [](std::exception_ptr failure) { std::rethrow_exception(failure); }};

private:
    ProcessOutcome answer(const ProcessRequest& request);
    Awaitable<void> begin(Job job);
};

} // namespace av1encd::test
