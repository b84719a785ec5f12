#include "tests/pipeline/fake_processes.hpp"

#include <fmt/format.h>

#include <utility>

namespace av1encd::test {

void FakeProcesses::release() {
    held = false;
    changed_.notify_all();
}

Awaitable<ProcessOutcome> FakeProcesses::run(ProcessRequest request) {
    commands.push_back(request.command.arguments);
    begun_with.push_back(request.priority);
    reaches.push_back(request.reach);
    memory_limits.push_back(request.memory_limit);
    struct Running {
        int& count;
        explicit Running(int& all) : count(all) { ++count; }
        ~Running() { --count; }
    } running(running_);
    const auto pid = ++last_pid_;
    if (request.on_start)
        request.on_start(pid);
    const int clean_ups_before = clean_ups_;
    ProcessOutcome killed;
    killed.signal = 9;
    while (held || never_ends(request)) {
        co_await changed_.wait();
        killed.stall = stalls_[pid];
        killed.cleaned_up = clean_ups_ > clean_ups_before;
        if (killed.cleaned_up || !killed.stall.empty())
            co_return killed;
    }
    if (answer)
        co_return answer(request);
    ProcessOutcome well;
    well.exit_status = 0;
    co_return well;
}

Awaitable<int> FakeProcesses::clean_up() {
    signals.emplace_back("clean up");
    ++clean_ups_;
    changed_.notify_all();
    co_return running_;
}

void FakeProcesses::end_stalled(pid_t pid, std::string what_was_seen) {
    stalled.push_back(fmt::format("{}: {}", pid, what_was_seen));
    stalls_[pid] = std::move(what_was_seen);
    changed_.notify_all();
}

CpuTimes FakeProcesses::cpu_times(pid_t pid) const {
    const auto known = cpu.find(pid);
    return known == cpu.end() ? CpuTimes{} : known->second;
}

std::optional<std::string> FakeProcesses::set_priority(pid_t pid, int nice, CpuPolicy policy) {
    const char* word = policy == CpuPolicy::idle    ? " idle"
                       : policy == CpuPolicy::batch ? " batch"
                                                    : "";
    priorities.push_back(fmt::format("{}: {}{}", pid, nice, word));
    return refusal;
}

} // namespace av1encd::test
