#pragma once
// Recording fakes behind the pipeline's doors: a share, a ledger and a work_dir in memory,
// processes that end as told, and a clock that stands still until it is moved.

#include "daemon/pipeline/ports/clock.hpp"
#include "daemon/pipeline/ports/events.hpp"
#include "daemon/pipeline/ports/ledger.hpp"
#include "daemon/pipeline/ports/machine.hpp"
#include "daemon/pipeline/ports/memory_pressure.hpp"
#include "daemon/pipeline/ports/processes.hpp"
#include "daemon/pipeline/ports/share.hpp"
#include "daemon/pipeline/ports/work_dir.hpp"

#include "daemon/pipeline/notifier.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace av1encd::test {

/// What fetch() says of whatever it copies.
const std::string hash_of_every_file(64, 'a');

/// Files by place and path; a file is its FileState, its "bytes" are never looked at.
class FakeShare final : public Share {
public:
    explicit FakeShare(const boost::asio::any_io_executor& executor) : change_(executor) {}

    std::map<Place, std::map<std::string, FileState>> files;
    std::vector<StrangeName> strange;
    std::map<std::string, std::string> unreadable; ///< source -> why
    std::set<std::string> lost_races;              ///< sources that another machine takes first
    std::vector<std::string> calls;                ///< "claim a.mp4"
    int away = 0;                                  ///< so many calls throw ShareUnavailable
    std::vector<PublishOutcome> publish_outcomes;  ///< of the next calls, then `published`
    int refused_moves = 0;                         ///< so many renames are refused
    std::string fault;                             ///< publish() throws this Error
    std::string unwatched;                         ///< what every scan says
    std::set<std::string> never_answered;          ///< calls that throw ShareUnavailable
    std::function<void()> on_look;
    std::function<void()> on_claim;
    bool hold_publish = false; ///< publish() does not end before tell_of_change()

    void tell_of_change() { change_.notify_all(); }

    Awaitable<Markers> open(KnownMarkers known, bool adopt) override;
    Awaitable<Scan> scan_sources() override;
    Awaitable<std::vector<std::string>> list(Place place) override;
    Awaitable<void> wait_for_change() override;
    Awaitable<Look> look(SharePath file) override;
    Awaitable<Look> look_afresh(SharePath file) override;
    Awaitable<Claim> claim(std::string source) override;
    Awaitable<Retired> retire(std::string claimed_path, Place to, std::string wanted,
                              FileState file) override;
    Awaitable<Retired> return_failed(std::string failed_path, std::string wanted) override;
    Awaitable<Staged> fetch(SharePath file, std::filesystem::path target,
                            TransferProgress progress) override;
    Awaitable<Published> publish(std::filesystem::path file, SharePath to,
                                 TransferProgress progress) override;
    Awaitable<Retired> set_aside(SharePath output) override;
    Awaitable<Space> free_space() override;
    Awaitable<void> tidy(std::vector<SharePath> placeholders) override;

private:
    void note(const std::string& call);
    Notifier change_;
};

class FakeLedger final : public Ledger {
public:
    std::map<JobId, JobDetails> all;
    std::vector<HistoryEntry> finished;
    std::vector<Declined> declines;
    std::map<std::string, std::string> facts;
    std::optional<OperatorHold> hold;
    int full = 0;                        ///< so many calls of add_job throw DiskFullError
    int full_else = 0;                   ///< so many other calls that write throw it
    std::function<void()> on_hold_saved; ///< once
    bool hold_is_stuck = false;          ///< save_operator_hold throws DiskFullError

    Awaitable<JobId> add_job(Job job) override;
    Awaitable<void> save_job(Job job) override;
    Awaitable<void> save_rendition(Rendition rendition) override;
    Awaitable<void> keep_segment(KeptSegment segment) override;
    Awaitable<void> drop_segments(JobId job) override;
    Awaitable<void> add_attempt(Attempt attempt) override;
    Awaitable<void> add_history(HistoryEntry entry) override;
    Awaitable<void> forget_job(JobId job) override;
    Awaitable<std::vector<JobDetails>> open_jobs() override;
    Awaitable<std::vector<JobDetails>> jobs(std::optional<JobState> state,
                                            std::size_t most) override;
    Awaitable<std::optional<JobDetails>> job_of(std::string source) override;
    Awaitable<std::vector<HistoryEntry>> history(std::optional<WallTime> since) override;
    Awaitable<JobCounts> counts() override;
    Awaitable<std::optional<std::string>> known_output(std::string output) override;
    Awaitable<void> decline(Declined declined) override;
    Awaitable<void> undecline(std::string source) override;
    Awaitable<std::vector<Declined>> declined() override;
    Awaitable<void> save_operator_hold(std::optional<OperatorHold> hold) override;
    Awaitable<std::optional<OperatorHold>> operator_hold() override;
    Awaitable<void> remember(std::string name, std::string value) override;
    Awaitable<std::optional<std::string>> remembered(std::string name) override;

private:
    void write();
    std::int64_t last_ = 0;
};

/// Each run ends as `answer` says, which is given the command and may call on_stdout.
class FakeProcesses final : public Processes {
public:
    explicit FakeProcesses(const boost::asio::any_io_executor& executor) : changed_(executor) {}

    std::function<ProcessOutcome(const ProcessRequest&)> answer;
    std::vector<std::vector<std::string>> commands;
    std::vector<std::string> signals;    ///< "suspend", "continue", "clean up"
    bool held = false;                   ///< runs do not end until release()
    std::map<pid_t, CpuTimes> cpu;       ///< what cpu_times() says
    std::vector<std::string> stalled;    ///< "4242: it made no progress for 2m"
    std::vector<std::string> priorities; ///< "4242: 0", with "idle" or "batch" behind it
    std::optional<std::string> refusal;  ///< of set_priority()

    void release();
    Awaitable<ProcessOutcome> run(ProcessRequest request) override;
    void suspend_all() override { signals.emplace_back("suspend"); }
    void continue_all() override { signals.emplace_back("continue"); }
    int running() const override { return running_; }
    Awaitable<int> clean_up() override;
    void end_stalled(pid_t pid, std::string what_was_seen) override;
    CpuTimes cpu_times(pid_t pid) const override;
    std::optional<std::string> set_priority(pid_t pid, int nice, CpuPolicy policy) override;

private:
    int running_ = 0;
    pid_t last_pid_ = 4241;
    int clean_ups_ = 0;
    std::map<pid_t, std::string> stalls_;
    Notifier changed_;
};

/// Files are names with sizes and texts; nothing is on a disk.
class FakeWorkDir final : public WorkDir {
public:
    std::map<std::filesystem::path, std::string> files;
    std::uint64_t free = 1ULL << 40;
    std::uint64_t total = 1ULL << 40;

    std::filesystem::path job_folder(JobId job) override;
    std::filesystem::path new_part(const std::filesystem::path& final_path) override;
    Awaitable<void> commit(std::filesystem::path part, std::filesystem::path final_path) override;
    void remove(const std::filesystem::path& file) override { files.erase(file); }
    Awaitable<void> remove_job(JobId job) override;
    Awaitable<void> clean(std::vector<JobId> keep) override;
    std::optional<std::uint64_t> size_of(const std::filesystem::path& file) override;
    Awaitable<std::string> read(std::filesystem::path file, std::uint64_t offset,
                                std::size_t most) override;
    Awaitable<void> write(std::filesystem::path file, std::string text) override;
    std::uint64_t free_bytes() override { return free; }
    std::uint64_t total_bytes() override { return total; }

private:
    int parts_ = 0;
};

class FakeMemoryPressure final : public MemoryPressure {
public:
    explicit FakeMemoryPressure(const boost::asio::any_io_executor& executor) : short_(executor) {}

    void run_short() { short_.notify_all(); }
    Awaitable<void> until_short() override { co_await short_.wait(); }

private:
    Notifier short_;
};

class FakeMachine final : public Machine {
public:
    int core_count = 2;

    std::string name() const override { return "m1"; }
    int cores() const override { return core_count; }
    std::uint64_t available_memory_bytes() const override { return 8ULL << 30; }
};

/// Stands still; pass() moves it and wakes those whose time has come.
class FakeClock final : public Clock {
public:
    explicit FakeClock(const boost::asio::any_io_executor& executor) : moved_(executor) {}

    std::chrono::seconds ahead_of_utc{};

    void pass(std::chrono::milliseconds time);
    /// No time goes by, as far as ticks tell.
    void set_wall(WallTime wall);
    /// Sets the wall clock forward, as after a night in which the machine was suspended.
    void set_forward(std::chrono::milliseconds time) { wall_ += time; }
    Ticks now() const override { return now_; }
    WallTime wall_now() const override { return wall_; }
    Awaitable<void> wait_until(Ticks when) override;
    Awaitable<void> wait_until_wall(WallTime when) override;
    std::chrono::seconds utc_offset(WallTime) const override { return ahead_of_utc; }

private:
    Ticks now_{std::chrono::hours(1)};
    WallTime wall_{std::chrono::hours(24)};
    int times_set_ = 0;
    Notifier moved_;
};

class RecordedEvents final : public Events {
public:
    std::vector<Event> all;
    std::function<void(const Event&)> on_publish;
    void publish(const Event& event) override {
        all.push_back(event);
        if (on_publish)
            on_publish(event);
    }
    /// "claimed a.mp4", of everything but progress and what only debugging shows.
    std::vector<std::string> words() const;
};

} // namespace av1encd::test
