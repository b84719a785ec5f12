#include "tests/pipeline/fakes.hpp"

#include "common/file_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace av1encd::test {

// --- share

void FakeShare::note(const std::string& call) {
    if (away > 0) {
        --away;
        throw ShareUnavailable("the share is away");
    }
    calls.push_back(call);
    if (never_answered.contains(call))
        throw ShareUnavailable(call + " is not answered");
}

Awaitable<Markers> FakeShare::open(KnownMarkers, bool adopt) {
    note(adopt ? "adopt" : "open");
    co_return Markers{"root-id", "output-id"};
}

Awaitable<Scan> FakeShare::scan_sources() {
    note("scan");
    change_.notify_all(); // as a scan of the real one ends a wait that is going on
    Scan scan;
    for (const auto& [path, file] : files[Place::to_assign])
        scan.sources.push_back(path);
    std::reverse(scan.sources.begin(), scan.sources.end());
    scan.strange = strange;
    scan.unwatched = unwatched;
    co_return scan;
}

Awaitable<std::vector<std::string>> FakeShare::list(Place place) {
    note("list");
    std::vector<std::string> paths;
    for (const auto& [path, file] : files[place])
        paths.push_back(path);
    co_return paths;
}

Awaitable<void> FakeShare::wait_for_change() {
    co_await change_.wait();
}

Awaitable<Look> FakeShare::look(SharePath file) {
    note("look " + file.path);
    if (on_look)
        on_look();
    Look look;
    if (const auto why = unreadable.find(file.path); why != unreadable.end()) {
        look.outcome = LookOutcome::unreadable;
        look.reason = why->second;
    } else if (const auto found = files[file.place].find(file.path);
               found != files[file.place].end()) {
        look.outcome = LookOutcome::found;
        look.file = found->second;
    }
    co_return look;
}

Awaitable<Look> FakeShare::look_afresh(SharePath file) {
    co_return co_await look(file);
}

Awaitable<Claim> FakeShare::claim(std::string source) {
    note("claim " + source);
    if (on_claim)
        on_claim();
    auto& there = files[Place::to_assign];
    if (lost_races.contains(source))
        there.erase(source);
    Claim claim;
    if (!there.contains(source))
        co_return claim;
    files[Place::in_progress].insert(there.extract(source));
    claim.outcome = ClaimOutcome::won;
    claim.claimed_path = source;
    co_return claim;
}

Awaitable<Retired> FakeShare::retire(std::string claimed_path, Place to, std::string wanted,
                                     FileState) {
    note(fmt::format("retire {}", claimed_path));
    Retired retired;
    if (refused_moves > 0) {
        --refused_moves;
        retired.outcome = RetireOutcome::refused;
        retired.reason = "Permission denied";
        co_return retired;
    }
    for (int number = 2; files[to].contains(wanted); ++number)
        wanted = numbered_path(wanted, number);
    auto node = files[Place::in_progress].extract(claimed_path);
    if (node.empty())
        co_return retired;
    node.key() = wanted;
    files[to].insert(std::move(node));
    retired.outcome = RetireOutcome::retired;
    retired.path = wanted;
    co_return retired;
}

Awaitable<Retired> FakeShare::return_failed(std::string failed_path, std::string wanted) {
    note("return " + failed_path);
    Retired retired;
    auto node = files[Place::failed].extract(failed_path);
    if (node.empty())
        co_return retired;
    node.key() = wanted;
    files[Place::to_assign].insert(std::move(node));
    retired.outcome = RetireOutcome::retired;
    retired.path = wanted;
    co_return retired;
}

Awaitable<Staged> FakeShare::fetch(SharePath file, std::filesystem::path, TransferProgress) {
    note("fetch " + file.path);
    Staged staged;
    const auto found = files[file.place].find(file.path);
    if (found == files[file.place].end())
        co_return staged;
    staged.outcome = StageOutcome::staged;
    staged.file = found->second;
    staged.sha256 = hash_of_every_file;
    co_return staged;
}

Awaitable<Published> FakeShare::publish(std::filesystem::path, SharePath to, TransferProgress) {
    note("publish " + to.path);
    if (!fault.empty())
        throw Error(fault);
    while (hold_publish)
        co_await change_.wait();
    Published published;
    published.outcome = PublishOutcome::published;
    if (!publish_outcomes.empty()) {
        published.outcome = publish_outcomes.front();
        publish_outcomes.erase(publish_outcomes.begin());
    }
    if (published.outcome == PublishOutcome::published)
        files[to.place][to.path] = FileState{1, 1};
    co_return published;
}

Awaitable<Retired> FakeShare::set_aside(SharePath output) {
    note("set aside " + output.path);
    Retired retired;
    if (refused_moves > 0) {
        --refused_moves;
        retired.outcome = RetireOutcome::refused;
        retired.reason = "Permission denied";
        co_return retired;
    }
    retired.outcome = RetireOutcome::retired;
    retired.path = output.path + ".rejected";
    files[output.place].erase(output.path);
    co_return retired;
}

Awaitable<Share::Space> FakeShare::free_space() {
    note("free space");
    co_return Space{1ULL << 40, 1ULL << 40};
}

Awaitable<void> FakeShare::tidy(std::vector<SharePath>) {
    note("tidy");
    co_return;
}

// --- ledger

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

// --- processes

void FakeProcesses::release() {
    held = false;
    changed_.notify_all();
}

Awaitable<ProcessOutcome> FakeProcesses::run(ProcessRequest request) {
    commands.push_back(request.command.arguments);
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
    while (held) {
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

// --- work_dir

std::filesystem::path FakeWorkDir::job_folder(JobId job) {
    return fmt::format("/work_dir/jobs/{}", job.value);
}

std::filesystem::path FakeWorkDir::new_part(const std::filesystem::path& final_path) {
    return fmt::format("{}.{}.part", final_path.native(), ++parts_);
}

Awaitable<void> FakeWorkDir::commit(std::filesystem::path part, std::filesystem::path final_path) {
    auto node = files.extract(part);
    files[final_path] = node.empty() ? "made" : node.mapped();
    co_return;
}

Awaitable<void> FakeWorkDir::remove_job(JobId job) {
    const auto folder = job_folder(job).native() + "/";
    std::erase_if(files, [&](const auto& file) { return file.first.native().starts_with(folder); });
    co_return;
}

Awaitable<void> FakeWorkDir::clean(std::vector<JobId>) {
    std::erase_if(files, [](const auto& file) { return file.first.extension() == ".part"; });
    co_return;
}

std::optional<std::uint64_t> FakeWorkDir::size_of(const std::filesystem::path& file) {
    const auto found = files.find(file);
    if (found == files.end())
        return std::nullopt;
    return found->second.size();
}

Awaitable<std::string> FakeWorkDir::read(std::filesystem::path file, std::uint64_t offset,
                                         std::size_t most) {
    const auto& text = files.at(file);
    co_return offset < text.size() ? text.substr(offset, most) : std::string();
}

Awaitable<void> FakeWorkDir::write(std::filesystem::path file, std::string text) {
    files[file] = std::move(text);
    co_return;
}

// --- clock and events

void FakeClock::pass(std::chrono::milliseconds time) {
    now_ += time;
    wall_ += time;
    moved_.notify_all();
}

void FakeClock::set_wall(WallTime wall) {
    wall_ = wall;
    ++times_set_;
    moved_.notify_all();
}

Awaitable<void> FakeClock::wait_until(Ticks when) {
    while (now_ < when)
        co_await moved_.wait();
}

Awaitable<void> FakeClock::wait_until_wall(WallTime when) {
    const int times_set = times_set_;
    while (wall_ < when && times_set_ == times_set)
        co_await moved_.wait();
}

std::vector<std::string> RecordedEvents::words() const {
    std::vector<std::string> list;
    for (const auto& event : all)
        if (event.kind != EventKind::progress && event.severity != Severity::debug)
            list.push_back(event.source.empty() ? to_string(event.kind)
                                                : to_string(event.kind) + " " + event.source);
    return list;
}

} // namespace av1encd::test
