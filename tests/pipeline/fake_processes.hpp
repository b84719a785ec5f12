#pragma once
// Child processes that end as told; what is done to them is recorded.

#include "daemon/pipeline/notifier.hpp"
#include "daemon/pipeline/ports/processes.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace av1encd::test {

/// Each run ends as `answer` says, which is given the command and may call on_stdout.
class FakeProcesses final : public Processes {
public:
    explicit FakeProcesses(const boost::asio::any_io_executor& executor) : changed_(executor) {}

    std::function<ProcessOutcome(const ProcessRequest&)> answer;
    /// Asked before the answer; one that never ends can be cancelled.
    std::function<bool(const ProcessRequest&)> never_ends = [](const auto&) { return false; };
    std::vector<std::vector<std::string>> commands;
    std::vector<PriorityConfig> begun_with; ///< of each command
    std::vector<Reach> reaches;             ///< the same
    std::vector<std::optional<std::uint64_t>> memory_limits;
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

} // namespace av1encd::test
