#include "tests/pipeline/job_runner_fixture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace av1encd::test {
namespace {

using namespace std::chrono_literals;

bool has(const ProcessRequest& request, const std::string& word) {
    return std::ranges::any_of(request.command.arguments, [&](const std::string& argument) {
        return argument.find(word) != std::string::npos;
    });
}

Command kind_of(const ProcessRequest& request) {
    if (has(request, "-show_format"))
        return Command::probe;
    if (has(request, "packet=pts"))
        return Command::packets;
    if (has(request, "allintra"))
        return Command::keyframes;
    if (has(request, "framecrc"))
        return request.stdout_file ? Command::source_decode : Command::check_decode;
    if (has(request, "libopus"))
        return Command::audio;
    const bool encodes = has(request, "libsvtav1") || has(request, "libaom");
    return encodes ? Command::segment : Command::join;
}

} // namespace

std::string probe_json(const std::string& video_codec, const std::string& audio_codec,
                       const std::string& tags) {
    const auto audio = fmt::format(R"(,
              {{"index": 1, "codec_type": "audio", "codec_name": "{}", "channels": 2,
               "channel_layout": "stereo", "sample_rate": "48000", "time_base": "1/48000",
               "disposition": {{"attached_pic": 0}}}})",
                                   audio_codec);
    return fmt::format(R"({{
  "streams": [{{"index": 0, "codec_type": "video", "codec_name": "{}", "width": 96, "height": 64,
               "pix_fmt": "yuv420p", "time_base": "1/10", "start_pts": 0, "nb_frames": "3",
               "avg_frame_rate": "10/1", "disposition": {{"attached_pic": 0}}}}{}],
  "chapters": [],
  "format": {{"format_name": "mov,mp4,m4a,3gp,3g2,mj2", "duration": "0.3", "tags": {}}}}})",
                       video_codec, audio_codec.empty() ? "" : audio, tags);
}

std::string rendition_json(const std::string& hash) {
    const auto keywords = hash.empty() ? hash : "av1encd-source:" + hash;
    return probe_json("av1", "", fmt::format(R"({{"keywords": "{}"}})", keywords));
}

JobRunnerTest::JobRunnerTest() {
    config.encode.crf = {24, 60};
    config.retries = 1;
    processes.answer = [this](const ProcessRequest& request) { return answer(request); };
    share.files[Place::in_progress]["a.mp4"] = {1000, 5};
}

JobRunnerTest::~JobRunnerTest() {
    end();
    stop();
}

ProcessOutcome JobRunnerTest::answer(const ProcessRequest& request) {
    const auto kind = kind_of(request);
    ++runs[kind];
    switch (kind) {
    case Command::probe:
        request.on_stdout(has(request, "/source")    ? source_json
                          : has(request, "existing") ? rendition_json(existing_hash)
                                                     : made_json);
        break;
    case Command::packets: request.on_stdout(source_packets); break;
    case Command::source_decode: work_dir.files[*request.stdout_file] = source_frames; break;
    case Command::check_decode: request.on_stdout(rendition_frames); break;
    case Command::keyframes:
    case Command::segment:
    case Command::audio:
    case Command::join: break;
    }
    ProcessOutcome outcome;
    outcome.exit_status = 0;
    outcome.running_time = kind == Command::segment ? 2000ms : 0ms;
    if (on_answer)
        on_answer(kind, outcome);
    return outcome;
}

Awaitable<void> JobRunnerTest::begin(Job job) {
    JobDetails details;
    details.job = job;
    details.job.id = co_await ledger.add_job(job);
    jobs.start(std::move(details));
}

void JobRunnerTest::run_job() {
    Job job;
    job.source = job.claimed_path = "a.mp4";
    job.chunk = 1;
    job.file = {1000, 5};
    start(begin(job));
    settle();
}

void JobRunnerTest::run_job_stopped_before_its_end() {
    processes.held = true;
    run_job();
    stop();
    processes.release();
}

void JobRunnerTest::run_again(JobDetails recorded) {
    jobs.start(std::move(recorded));
    settle();
}

void JobRunnerTest::stop() {
    CoroutineScope stopping(executor);
    stopping.start(jobs.stop());
    settle();
}

void JobRunnerTest::cancel() {
    start([](Jobs& all, std::optional<std::string>& answer, bool& over) -> Awaitable<void> {
        std::string source = "a.mp4";
        answer = co_await all.cancel(std::move(source));
        over = true;
    }(jobs, why_not_cancelled, cancelled));
    settle();
}

JobRunnerTest::Words JobRunnerTest::published() {
    Words paths;
    for (const auto& [path, file] : share.files[Place::output])
        paths.push_back(path);
    return paths;
}

} // namespace av1encd::test
