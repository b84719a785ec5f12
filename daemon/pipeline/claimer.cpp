#include "daemon/pipeline/claimer.hpp"

#include "common/source_text.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace av1encd {

using namespace boost::asio::experimental::awaitable_operators;

namespace {

// A network share tells nothing of what other machines do.
constexpr std::chrono::seconds slow_rescan{15};
// Our own claims change to_assign too: not every single one is worth a scan.
constexpr std::chrono::milliseconds between_scans{200};
constexpr std::chrono::milliseconds time_for_new_ones{200};
constexpr std::chrono::milliseconds worth_waiting_for{100};
constexpr std::chrono::hours remembered_after_it_is_gone{1};
constexpr std::size_t chunks_at_once = 2;
// A hundred thousand tiny sources are not all claimed at once by the first machine that comes.
constexpr std::size_t most_in_a_chunk = 256;

} // namespace

Claimer::Claimer(Context& context, Jobs& jobs)
    : context_(context),
      jobs_(jobs),
      ahead_(context.work_ahead,
             [this] {
                 return WorkLeft{0, 0, 0, more_to_claim_};
             }),
      changed_(context.executor),
      scanned_(context.executor) {}

void Claimer::take_over(std::vector<std::string> claimed_paths) {
    orphans_.assign(claimed_paths.begin(), claimed_paths.end());
    changed_.notify_all();
}

void Claimer::scan_soon() {
    scan_wanted_ = true;
    nothing_left_ = false;
    changed_.notify_all();
}

Awaitable<void> Claimer::watch() {
    for (;;) {
        const auto scan_before = scans_;
        co_await context_.share.wait_for_change();
        // A scan of our own ends the wait too; what changes after it, the next wait tells.
        if (scans_ != scan_before)
            continue;
        scan_soon();
        // A helper that made no scan yet has nothing to watch and answers at once; a hold may put
        // the scan off for hours.
        while (scans_ == scan_before)
            co_await scanned_.wait();
    }
}

Awaitable<void> Claimer::run() {
    for (;;) {
        bool full = false;
        try {
            co_await run_round();
        } catch (const DiskFullError&) {
            full = true;
        }
        if (full)
            co_await context_.disk.after_full_ledger();
    }
}

Awaitable<void> Claimer::run_round() {
    co_await context_.pauser.until_claims_may_begin();
    while (jobs_.chunks_in_work() >= chunks_at_once)
        co_await jobs_.changed().wait();
    if (scan_wanted_ || context_.clock.now() - last_scan_ >= slow_rescan)
        co_await scan();
    next_look_ = last_scan_ + slow_rescan;
    const bool claimed = co_await claim_chunk();
    if (claimed || scan_wanted_ || more_to_see_)
        co_return;
    nothing_left_ = !some_settle_;
    jobs_.changed().notify_all();
    co_await (changed_.wait() || context_.clock.wait_until(next_look_));
}

Awaitable<void> Claimer::scan() {
    if (last_scan_ != Ticks::min() && context_.clock.now() - last_scan_ < between_scans)
        co_await context_.clock.wait_until(last_scan_ + between_scans);
    scan_wanted_ = false;
    nothing_left_ = false;
    ++scans_;
    const auto begun = context_.clock.now();
    auto found = co_await context_.share.scan_sources();
    last_scan_ = context_.clock.now();
    scanned_.notify_all();
    say_found(found.sources.size(), last_scan_ - begun);
    declined_.clear();
    auto declines = co_await context_.ledger.declined();
    for (auto& declined : declines)
        declined_.emplace(std::move(declined.source), declined.file);
    for (const auto& strange : found.strange)
        report(strange.path, strange.reason);
    if (std::exchange(unwatched_, found.unwatched) != found.unwatched && !found.unwatched.empty())
        say_unwatched();
    unreadable_.clear();
    pending_ = std::move(found.sources);
    std::erase_if(pending_, [this](const auto& source) { return jobs_.has(source); });
    sort_for_claiming(pending_);
    forget_what_is_gone();
}

/// What is gone for good may be said again should it come back; a listing that has it one time and
/// not the next, as those of network shares may, is not gone for good.
void Claimer::forget_what_is_gone() {
    const auto now = context_.clock.now();
    for (auto& [path, reported] : reported_)
        if (std::ranges::binary_search(pending_, path, comes_before))
            reported.seen = now;
    std::erase_if(reported_, [now](const auto& entry) {
        return now - entry.second.seen > remembered_after_it_is_gone;
    });
}

Awaitable<bool> Claimer::claim_chunk() {
    const int chunk = next_chunk_;
    bool any = co_await claim_orphans(chunk);
    const auto found = co_await candidates();
    std::vector<std::uint64_t> sizes;
    sizes.reserve(found.size());
    for (const auto& candidate : found)
        sizes.push_back(candidate.file.bytes);
    const auto count = chunk_length(sizes, context_.config.chunk_size);
    for (std::size_t index = 0; index < count; ++index) {
        if (context_.pauser.holds().keeps_from_claiming()) {
            more_to_see_ = true; // so that the rest does not count as nothing
            break;
        }
        const bool won = co_await claim(found[index], chunk);
        any = any || won;
    }
    more_to_claim_ = more_to_see_ || some_settle_ || count < found.size();
    if (any) {
        ++next_chunk_;
        co_await context_.ledger.remember(std::string(last_chunk_fact), std::to_string(chunk));
    }
    co_return any;
}

/// Those that rest, in claim order, until they are more than a chunk. What is seen for the first
/// time counts as well, and little time goes to such while others can be claimed: a scan of many
/// files is not followed by as many looks before the first claim.
Awaitable<std::vector<Claimer::Candidate>> Claimer::candidates() {
    std::vector<Candidate> found;
    std::uint64_t bytes = 0;
    const auto begun = context_.clock.now();
    new_bytes_ = 0;
    more_to_see_ = false;
    some_settle_ = false;
    for (std::size_t next = 0; next < pending_.size();) {
        const auto source = pending_[next];
        const auto now = context_.clock.now();
        const bool enough = found.empty() ? now >= next_look_ : now - begun > time_for_new_ones;
        more_to_see_ = enough && !settling_.knows(source);
        if (more_to_see_)
            break;
        const bool settling = co_await still_settling(source);
        if (settling) {
            some_settle_ = true;
            ++next;
            continue;
        }
        auto candidate = co_await look_at(source);
        // What cannot be claimed at all has left the list by now.
        if (next < pending_.size() && pending_[next] == source)
            ++next;
        if (candidate) {
            bytes += candidate->file.bytes;
            found.push_back(std::move(*candidate));
        }
        if (bytes + new_bytes_ > context_.config.chunk_size || found.size() == most_in_a_chunk)
            break;
    }
    co_return found;
}

/// Seen already, and too short a time ago to tell more by another look. A moment more is waited
/// for: the sources of one drop were looked at one after the other, and belong into one chunk.
Awaitable<bool> Claimer::still_settling(std::string source) {
    const auto next_look = settling_.next_look(source, context_.config.share.settle);
    const auto now = context_.clock.now();
    if (settling_.may_have_begun(source, last_scan_))
        co_return false;
    if (next_look > now + worth_waiting_for) {
        wake_at(next_look);
        co_return true;
    }
    if (next_look > now)
        co_await context_.clock.wait_until(next_look);
    co_return false;
}

Awaitable<std::optional<Claimer::Candidate>> Claimer::look_at(std::string source) {
    const SharePath path{Place::to_assign, source};
    const auto look = co_await context_.share.look(path);
    if (look.outcome == LookOutcome::gone) {
        forget(source);
        co_return std::nullopt;
    }
    auto reason = look.reason;
    if (look.outcome == LookOutcome::found && look.file.bytes > context_.work_dir.total_bytes())
        reason = "is larger than work_dir's whole file system; set work_dir to a larger one";
    if (!reason.empty()) {
        report(source, reason);
        forget(source);
        unreadable_.emplace(source, reason);
        co_return std::nullopt;
    }
    const bool declined = co_await is_declined(source, look.file);
    if (declined)
        co_return std::nullopt;
    const auto now = context_.clock.now();
    const bool is_new = !settling_.knows(source);
    if (settling_.rests(source, look.file, now, context_.config.share.settle)) {
        Candidate candidate{std::move(source), look.file};
        co_return candidate;
    }
    some_settle_ = true;
    if (is_new)
        new_bytes_ += look.file.bytes;
    wake_at(settling_.next_look(source, context_.config.share.settle));
    co_return std::nullopt;
}

Awaitable<bool> Claimer::is_declined(const std::string& source, const FileState& file) {
    const auto known = declined_.find(source);
    if (known == declined_.end())
        co_return false;
    if (known->second == file)
        co_return true;
    declined_.erase(known);
    co_await context_.ledger.undecline(source);
    co_return false;
}

Awaitable<bool> Claimer::claim(Candidate candidate, int chunk) {
    const auto claim = co_await context_.share.claim(candidate.source);
    forget(candidate.source);
    if (claim.outcome == ClaimOutcome::unreadable) {
        report(candidate.source, claim.reason);
        unreadable_.emplace(candidate.source, claim.reason);
    }
    if (claim.outcome != ClaimOutcome::won)
        co_return false;
    // Known as an orphan until the ledger has it.
    orphans_.push_back(claim.claimed_path);
    co_await begin_job(candidate.source, claim.claimed_path, candidate.file, chunk);
    orphans_.pop_back();
    co_return true;
}

Awaitable<bool> Claimer::claim_orphans(int chunk) {
    bool any = false;
    for (; !orphans_.empty(); orphans_.pop_front()) {
        const auto path = orphans_.front();
        const SharePath claimed{Place::in_progress, path};
        const auto look = co_await context_.share.look(claimed);
        if (look.outcome == LookOutcome::gone)
            continue;
        co_await begin_job(path, path, look.file, chunk);
        any = true;
    }
    co_return any;
}

Awaitable<void> Claimer::begin_job(std::string source, std::string claimed_path, FileState file,
                                   int chunk) {
    JobDetails details;
    details.job.source = std::move(source);
    details.job.claimed_path = std::move(claimed_path);
    details.job.chunk = chunk;
    details.job.file = file;
    details.job.claimed_at = context_.clock.wall_now();
    details.job.id = co_await context_.ledger.add_job(details.job);
    Event event;
    event.kind = EventKind::claimed;
    event.message = "claimed";
    event.source = details.job.source;
    event.chunk = chunk;
    context_.events.publish(event);
    jobs_.start(std::move(details));
}

void Claimer::say_found(std::size_t sources, Ticks::duration took) {
    if (std::exchange(found_, sources) == sources)
        return;
    Event event;
    event.severity = Severity::debug;
    event.message =
        fmt::format("found {} sources in {} ms", sources,
                    std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
    context_.events.publish(event);
}

void Claimer::say_unwatched() {
    const auto line = unwatched_lines_.spend(context_.clock.now());
    Event event;
    event.severity = line == LineBudget::Line::withheld ? Severity::debug : Severity::warning;
    event.message = fmt::format("not every folder of to_assign is watched: {}", unwatched_);
    context_.events.publish(event);
}

void Claimer::report(const std::string& source, const std::string& reason) {
    const auto now = context_.clock.now();
    const auto [known, is_new] = reported_.try_emplace(source, Reported{reason, now});
    known->second.seen = now;
    if (!is_new && known->second.reason == reason)
        return;
    known->second.reason = reason;
    Event event;
    event.kind = EventKind::strange_name;
    event.severity = Severity::warning;
    event.message = fmt::format("left in to_assign: {}", reason);
    event.source = source;
    context_.events.publish(event);
}

void Claimer::forget(const std::string& source) {
    settling_.forget(source);
    const auto where = std::lower_bound(pending_.begin(), pending_.end(), source, comes_before);
    if (where != pending_.end() && *where == source)
        pending_.erase(where);
}

void Claimer::wake_at(Ticks when) {
    next_look_ = std::min(next_look_, when);
}

} // namespace av1encd
