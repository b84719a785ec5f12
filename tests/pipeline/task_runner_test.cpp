#include "daemon/pipeline/task_runner.hpp"

#include "tests/pipeline/pipeline_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace av1encd::test {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

constexpr pid_t first_pid = 4242;
const std::filesystem::path segment_file = "/work_dir/jobs/1/24/0";
const std::string first_part = "/work_dir/jobs/1/24/0.1.part";

/// One segment on its way.
class TaskRunnerTest : public PipelineTest {
protected:
    TaskRunnerTest() {
        config.retries = 0;
        job.source = "a.mp4";
        processes.held = true;
        start([](TaskRunnerTest& test) -> Awaitable<void> {
            test.result = co_await test.tasks.run(test.segment());
        }(*this));
        settle();
    }
    ~TaskRunnerTest() override { end(); }

    Task segment() {
        Task task;
        task.kind = TaskKind::segment;
        task.crf = 24;
        task.what = "encode of CRF 24";
        task.output = segment_file;
        task.command = [this](const SegmentTweaks&, const std::filesystem::path& output) {
            work_dir.files[output] = "half";
            return FfmpegCommand{};
        };
        task.urgency = [] { return WaitingSegment{1, 0, 0}; };
        task.on_progress = [](double) {};
        return task;
    }
    void probe_beside_it() {
        start([](TaskRunner& all) -> Awaitable<void> {
            Task probe;
            probe.what = "probe of the source";
            probe.command = [](const SegmentTweaks&, const std::filesystem::path&) {
                return FfmpegCommand{};
            };
            co_await all.run(std::move(probe));
        }(tasks));
        settle();
    }
    void pause() {
        start(pauser.pause("by anna", std::nullopt, false));
        settle();
    }
    void resume() {
        start([](Pauser& which) -> Awaitable<void> { co_await which.resume(); }(pauser));
        settle();
    }
    void clean_up() {
        start([](Processes& all) -> Awaitable<void> { co_await all.clean_up(); }(processes));
        settle();
    }
    void stall(pid_t pid) {
        processes.end_stalled(pid, "it made no progress for 2m");
        settle();
    }
    void release() {
        processes.release();
        settle();
    }
    bool slot_is_empty() const { return !slots.works().front(); }
    bool done() const { return result && std::holds_alternative<ProcessOutcome>(*result); }
    std::size_t begun() const { return processes.commands.size(); }
    Words files() const {
        Words names;
        for (const auto& [path, text] : work_dir.files)
            names.push_back(path.native());
        return names;
    }
    const std::vector<Attempt>& attempts() { return ledger.all[job.id].attempts; }

    Job job;
    TaskRunner tasks{context, job};
    std::optional<std::variant<ProcessOutcome, TaskFailed>> result;
};

TEST_F(TaskRunnerTest, WaitsWithoutSlotAndPartAfterACleanUpAndBeginsAnewOnceItMay) {
    EXPECT_THAT(files(), Contains(first_part));
    pause();
    clean_up();
    EXPECT_TRUE(slot_is_empty());
    EXPECT_THAT(files(), Not(Contains(first_part)));
    EXPECT_EQ(begun(), 1U);
    EXPECT_THAT(events.all, Contains(Field(&Event::kind, EventKind::cleaned_up)));
    resume();
    EXPECT_FALSE(slot_is_empty());
    release();
    EXPECT_TRUE(done());
    EXPECT_EQ(begun(), 2U);
    EXPECT_EQ(files(), Words{segment_file.native()});
}

TEST_F(TaskRunnerTest, CountsACleanUpAsNoAttempt) {
    for (int times = 0; times < 5; ++times) {
        pause();
        clean_up();
        resume();
    }
    release();
    EXPECT_TRUE(done());
    EXPECT_TRUE(attempts().empty());
}

TEST_F(TaskRunnerTest, RecordsAStallAndBeginsAnewAtOnceWhereRetriesAreLeft) {
    config.retries = 1;
    stall(first_pid);
    EXPECT_EQ(begun(), 2U);
    ASSERT_EQ(attempts().size(), 1U);
    EXPECT_EQ(attempts()[0].cause, "it made no progress for 2m and was killed");
    EXPECT_EQ(attempts()[0].number, 1);
    release();
    EXPECT_TRUE(done());
}

TEST_F(TaskRunnerTest, KeepsNoOutputIntoWhichNothingWasWritten) {
    work_dir.files[first_part].clear();
    release();
    ASSERT_TRUE(result);
    ASSERT_TRUE(std::holds_alternative<TaskFailed>(*result));
    EXPECT_EQ(std::get<TaskFailed>(*result).cause, "it ended well and wrote nothing");
    EXPECT_EQ(attempts().size(), 1U);
    EXPECT_EQ(files(), Words{});
}

TEST_F(TaskRunnerTest, NeverFailsForAStallButWaitsLongerEachTime) {
    pid_t pid = first_pid;
    for (const auto pause : {1min, 2min, 4min, 8min, 16min, 32min, 64min, 64min}) {
        stall(pid++);
        EXPECT_TRUE(slot_is_empty());
        pass(pause - 1s);
        EXPECT_TRUE(slot_is_empty());
        pass(1s);
        EXPECT_FALSE(slot_is_empty());
    }
    EXPECT_THAT(events.all.back().message, HasSubstr("encode of CRF 24 begins"));
    EXPECT_EQ(attempts().back().number, 8);
    release();
    EXPECT_TRUE(done());
}

TEST_F(TaskRunnerTest, SaysThatItWaitsAfterTooManyStalls) {
    stall(first_pid);
    EXPECT_EQ(events.all.back().severity, Severity::warning);
    EXPECT_EQ(events.all.back().message, "encode of CRF 24 stalled once and is tried again in "
                                         "1m; av1ctl cancel gives the source back");
}

TEST_F(TaskRunnerTest, CountsNoFramesASecondForTimeInWhichItWasSuspended) {
    pass(10s);
    pause();
    pass(1h);
    resume();
    pass(10s);
    processes.answer = [](const ProcessRequest& request) {
        request.on_stdout("frame=50\nprogress=continue\n");
        ProcessOutcome well;
        well.exit_status = 0;
        return well;
    };
    release();
    const auto progress = std::ranges::find(events.all, EventKind::progress, &Event::kind);
    ASSERT_NE(progress, events.all.end());
    EXPECT_DOUBLE_EQ(progress->fps, 2.5);
}

TEST_F(TaskRunnerTest, RunsWhatHoldsASlotAtTheConfiguredPriorityAndTheRestByTheIdlePolicy) {
    probe_beside_it();
    const PriorityConfig configured{19, IoClass::idle, CpuPolicy::batch};
    const PriorityConfig beside{19, IoClass::idle, CpuPolicy::idle};
    EXPECT_EQ(processes.begun_with, (std::vector{configured, beside}));
}

} // namespace
} // namespace av1encd::test
