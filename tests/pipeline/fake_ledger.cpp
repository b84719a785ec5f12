#include "tests/pipeline/fake_ledger.hpp"

#include "daemon/pipeline/ports/work_dir.hpp"

#include <utility>

namespace av1encd::test {

Awaitable<JobId> FakeLedger::add_job(Job job) {
    if (full > 0) {
        --full;
        throw DiskFullError("ledger.db: database or disk is full");
    }
    job.id = JobId{++last_};
    all[job.id].job = job;
    co_return job.id;
}

void FakeLedger::write() {
    if (full_else <= 0)
        return;
    --full_else;
    throw DiskFullError("ledger.db: database or disk is full");
}

Awaitable<void> FakeLedger::save_job(Job job) {
    write();
    all[job.id].job = job;
    co_return;
}

Awaitable<void> FakeLedger::save_rendition(Rendition rendition) {
    auto& list = all[rendition.job].renditions;
    std::erase_if(list, [&](const auto& known) { return known.crf == rendition.crf; });
    list.push_back(rendition);
    co_return;
}

Awaitable<void> FakeLedger::keep_segment(KeptSegment segment) {
    write();
    all[segment.job].segments.push_back(segment);
    co_return;
}

Awaitable<void> FakeLedger::drop_segments(JobId job) {
    all[job].segments.clear();
    co_return;
}

Awaitable<void> FakeLedger::add_attempt(Attempt attempt) {
    all[attempt.job].attempts.push_back(attempt);
    co_return;
}

Awaitable<void> FakeLedger::add_history(HistoryEntry entry) {
    finished.push_back(entry);
    co_return;
}

Awaitable<void> FakeLedger::forget_job(JobId job) {
    write();
    all.erase(job);
    co_return;
}

Awaitable<std::vector<JobDetails>> FakeLedger::open_jobs() {
    std::vector<JobDetails> open;
    for (const auto& [id, details] : all)
        if (!details.job.ended_at)
            open.push_back(details);
    co_return open;
}

Awaitable<std::vector<JobDetails>> FakeLedger::jobs(std::optional<JobState> state, std::size_t) {
    std::vector<JobDetails> list;
    for (const auto& [id, details] : all)
        if (!state || details.job.state == *state)
            list.push_back(details);
    co_return list;
}

Awaitable<std::optional<JobDetails>> FakeLedger::job_of(std::string source) {
    std::optional<JobDetails> newest;
    for (const auto& [id, details] : all)
        if (details.job.source == source)
            newest = details;
    co_return newest;
}

Awaitable<std::vector<HistoryEntry>> FakeLedger::history(std::optional<WallTime>) {
    co_return finished;
}

Awaitable<JobCounts> FakeLedger::counts() {
    co_return JobCounts{};
}

Awaitable<std::optional<std::string>> FakeLedger::known_output(std::string) {
    co_return std::nullopt;
}

Awaitable<void> FakeLedger::decline(Declined declined) {
    write();
    declines.push_back(declined);
    co_return;
}

Awaitable<void> FakeLedger::undecline(std::string source) {
    std::erase_if(declines, [&](const auto& known) { return known.source == source; });
    co_return;
}

Awaitable<std::vector<Declined>> FakeLedger::declined() {
    co_return declines;
}

Awaitable<void> FakeLedger::save_operator_hold(std::optional<OperatorHold> wanted) {
    write();
    if (hold_is_stuck)
        throw DiskFullError("ledger.db: database or disk is full");
    hold = wanted;
    if (const auto call = std::exchange(on_hold_saved, nullptr))
        call();
    co_return;
}

Awaitable<std::optional<OperatorHold>> FakeLedger::operator_hold() {
    co_return hold;
}

Awaitable<void> FakeLedger::remember(std::string name, std::string value) {
    write();
    facts[name] = value;
    co_return;
}

Awaitable<std::optional<std::string>> FakeLedger::remembered(std::string name) {
    const auto fact = facts.find(name);
    co_return fact == facts.end() ? std::nullopt : std::optional(fact->second);
}

} // namespace av1encd::test
