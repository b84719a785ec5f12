#include "tests/pipeline/fake_share.hpp"

#include "common/file_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace av1encd::test {

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
    if (++waits <= waits_ended)
        co_return;
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

} // namespace av1encd::test
