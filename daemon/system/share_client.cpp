#include "daemon/system/share_client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <iterator>
#include <utility>

namespace av1encd {
namespace asio = boost::asio;
namespace {

TreePlace wire(Place place) {
    switch (place) {
    case Place::to_assign: return TreePlace::to_assign;
    case Place::in_progress: return TreePlace::in_progress;
    case Place::done: return TreePlace::done;
    case Place::failed: return TreePlace::failed;
    case Place::output: return TreePlace::output;
    case Place::logs: return TreePlace::logs;
    }
    return TreePlace::to_assign;
}

TreePath wire(SharePath path) {
    return {wire(path.place), std::move(path.path)};
}

FileState file_state(const FileStamp& stamp) {
    return {stamp.bytes, stamp.modified_ns};
}

LookOutcome look_outcome(Sight sight) {
    switch (sight) {
    case Sight::found: return LookOutcome::found;
    case Sight::gone: return LookOutcome::gone;
    case Sight::unreadable: return LookOutcome::unreadable;
    }
    return LookOutcome::gone;
}

ClaimOutcome claim_outcome(Move move) {
    switch (move) {
    case Move::moved: return ClaimOutcome::won;
    case Move::lost: return ClaimOutcome::lost;
    case Move::refused: return ClaimOutcome::unreadable;
    }
    return ClaimOutcome::lost;
}

RetireOutcome retire_outcome(Move move) {
    switch (move) {
    case Move::moved: return RetireOutcome::retired;
    case Move::lost: return RetireOutcome::lost;
    case Move::refused: return RetireOutcome::refused;
    }
    return RetireOutcome::lost;
}

StageOutcome stage_outcome(Copy copy) {
    switch (copy) {
    case Copy::copied: return StageOutcome::staged;
    case Copy::gone: return StageOutcome::gone;
    case Copy::changed: return StageOutcome::changed;
    case Copy::no_space: return StageOutcome::no_space;
    case Copy::unreadable:
    case Copy::exists:
    case Copy::refused:
    case Copy::impossible: return StageOutcome::unreadable;
    }
    return StageOutcome::unreadable;
}

PublishOutcome publish_outcome(Copy copy) {
    switch (copy) {
    case Copy::copied: return PublishOutcome::published;
    case Copy::exists: return PublishOutcome::exists;
    case Copy::no_space: return PublishOutcome::no_space;
    case Copy::impossible: return PublishOutcome::impossible;
    case Copy::gone:
    case Copy::unreadable:
    case Copy::changed:
    case Copy::refused: return PublishOutcome::refused;
    }
    return PublishOutcome::refused;
}

/// The answer that the question asked for. Another one: daemon and helper are not of one build.
template <typename Answer>
Answer expect(ShareAnswer answer) {
    if (auto* expected = std::get_if<Answer>(&answer))
        return std::move(*expected);
    throw ShareProtocolError("av1encd-share answers another question: is it of this version?");
}

UniqueFd open_local(const std::filesystem::path& file, int flags) {
    UniqueFd fd(::open(file.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd)
        throw system_error(errno, fmt::format("cannot open {}", file.string()));
    return fd;
}

Asking within(std::chrono::milliseconds limit) {
    Asking asking;
    asking.limit = limit;
    return asking;
}

/// How much of a list of placeholders fits into one request, however long their names.
constexpr std::size_t most_placeholders = max_share_message_bytes / 4200;

} // namespace

std::filesystem::path share_helper_program() {
    const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    const auto beside = here / "av1encd-share";
    return std::filesystem::exists(beside) ? beside
                                           : here.parent_path() / "libexec/av1encd/av1encd-share";
}

// Requests have names below: g++ 12 destroys what a co_await call makes of a braced list twice.

ShareClient::ShareClient(const asio::any_io_executor& executor, ShareClientOptions options)
    : options_(std::move(options)),
      helpers_(executor, options_.helper, options_.deadlines),
      names_(helpers_),
      scans_(helpers_),
      watch_ended_(executor, asio::steady_timer::time_point::max()) {}

void ShareClient::set_extensions(std::vector<std::string> extensions) {
    options_.extensions = std::move(extensions);
}

Awaitable<Markers> ShareClient::open(KnownMarkers known, bool adopt) {
    OpenTree tree;
    tree.root = options_.root.string();
    tree.output = options_.output.string();
    tree.machine = options_.machine;
    tree.mount = options_.require_mount ? MountDemand::mounted : MountDemand::none;
    tree.marker = adopt ? MarkerDemand::any : MarkerDemand::known;
    tree.root_marker = known.root.value_or("");
    tree.output_marker = known.output.value_or("");
    const ShareRequest request = tree;
    auto asking = within(options_.deadlines.names);
    const auto opened = expect<TreeOpened>(co_await names_.ask(request, asking));
    tree.marker = MarkerDemand::known;
    tree.root_marker = opened.root_marker;
    tree.output_marker = opened.output_marker;
    helpers_.set_tree(std::move(tree));
    co_return Markers{opened.root_marker, opened.output_marker};
}

Awaitable<Scan> ShareClient::scan_sources() {
    watch_ended_.cancel();
    Scan scan;
    auto asking = within(options_.deadlines.scan_batch);
    asking.on_part = [&scan](ShareAnswer& part) {
        if (auto* found = std::get_if<FilesFound>(&part))
            std::move(found->paths.begin(), found->paths.end(), std::back_inserter(scan.sources));
        else if (auto* strange = std::get_if<StrangeFound>(&part))
            for (auto& file : strange->files)
                scan.strange.push_back({std::move(file.path), std::move(file.reason)});
    };
    const ShareRequest request = ScanSources{options_.extensions};
    auto end = expect<Finished>(co_await scans_.ask(request, asking));
    scan.unwatched = std::move(end.unwatched);
    co_return scan;
}

Awaitable<std::vector<std::string>> ShareClient::list(Place place) {
    std::vector<std::string> files;
    auto asking = within(options_.deadlines.scan_batch);
    asking.on_part = [&files](ShareAnswer& part) {
        if (auto* found = std::get_if<FilesFound>(&part))
            std::move(found->paths.begin(), found->paths.end(), std::back_inserter(files));
    };
    const ShareRequest request = ListFiles{wire(place)};
    expect<Finished>(co_await names_.ask(request, asking));
    co_return files;
}

Awaitable<void> ShareClient::wait_for_change() {
    using namespace asio::experimental::awaitable_operators;
    const ShareRequest request = WatchSources{};
    Asking asking;
    co_await (scans_.ask(request, asking) ||
              watch_ended_.async_wait(asio::as_tuple(asio::use_awaitable)));
}

Awaitable<Look> ShareClient::see(SharePath file, Freshness freshness) {
    const ShareRequest request = LookAtFile{wire(std::move(file)), freshness};
    auto asking = within(options_.deadlines.names);
    auto seen = expect<FileSeen>(co_await names_.ask(request, asking));
    co_return Look{look_outcome(seen.sight), file_state(seen.stamp), std::move(seen.reason)};
}

Awaitable<Look> ShareClient::look(SharePath file) {
    return see(std::move(file), Freshness::cached);
}

Awaitable<Look> ShareClient::look_afresh(SharePath file) {
    return see(std::move(file), Freshness::afresh);
}

Awaitable<Claim> ShareClient::claim(std::string source) {
    const auto asked = claims_in_doubt_.insert(source).second ? Asked::first : Asked::again;
    const ShareRequest request = ClaimSource{source, asked};
    auto asking = within(options_.deadlines.names);
    auto moved = expect<FileMoved>(co_await names_.ask(request, asking));
    claims_in_doubt_.erase(source);
    co_return Claim{claim_outcome(moved.move), std::move(moved.path), std::move(moved.reason)};
}

Awaitable<Retired> ShareClient::move(ShareRequest request) {
    auto asking = within(options_.deadlines.names);
    auto moved = expect<FileMoved>(co_await names_.ask(request, asking));
    co_return Retired{retire_outcome(moved.move), std::move(moved.path), std::move(moved.reason)};
}

Awaitable<Retired> ShareClient::retire(std::string claimed_path, Place to, std::string wanted,
                                       FileState file) {
    return move(RetireSource{
        std::move(claimed_path), {wire(to), std::move(wanted)}, {file.bytes, file.modified_ns}});
}

Awaitable<Retired> ShareClient::return_failed(std::string failed_path, std::string wanted) {
    return move(ReturnFailed{std::move(failed_path), std::move(wanted)});
}

Awaitable<Retired> ShareClient::set_aside(SharePath output) {
    return move(SetAside{wire(std::move(output))});
}

Awaitable<FileCopied> ShareClient::transfer(const ShareRequest& request, UniqueFd file,
                                            TransferProgress progress) {
    ShareLine line(helpers_);
    auto asking = within(options_.deadlines.transfer_step);
    asking.attached = std::move(file);
    asking.on_part = [&progress](ShareAnswer& part) {
        if (const auto* so_far = std::get_if<TransferProgressed>(&part); so_far && progress)
            progress(so_far->bytes);
    };
    co_return expect<FileCopied>(co_await line.ask(request, asking));
}

Awaitable<Staged> ShareClient::fetch(SharePath file, std::filesystem::path target,
                                     TransferProgress progress) {
    const ShareRequest request = FetchFile{wire(std::move(file))};
    auto local = open_local(target, O_WRONLY | O_CREAT | O_TRUNC);
    auto copied = co_await transfer(request, std::move(local), std::move(progress));
    co_return Staged{stage_outcome(copied.copy), file_state(copied.stamp), std::move(copied.sha256),
                     std::move(copied.reason)};
}

Awaitable<Published> ShareClient::publish(std::filesystem::path file, SharePath to,
                                          TransferProgress progress) {
    const ShareRequest request = PublishFile{wire(std::move(to))};
    auto local = open_local(file, O_RDONLY);
    auto copied = co_await transfer(request, std::move(local), std::move(progress));
    co_return Published{publish_outcome(copied.copy), std::move(copied.sha256),
                        std::move(copied.reason)};
}

Awaitable<Share::Space> ShareClient::free_space() {
    const ShareRequest request = MeasureSpace{};
    auto asking = within(options_.deadlines.names);
    const auto space = expect<SpaceMeasured>(co_await names_.ask(request, asking));
    co_return Space{space.root_bytes, space.output_bytes};
}

Awaitable<void> ShareClient::tidy(std::vector<SharePath> placeholders) {
    auto next = placeholders.begin();
    do {
        TidyTree tidy;
        for (; next != placeholders.end() && tidy.placeholders.size() < most_placeholders; ++next)
            tidy.placeholders.push_back(wire(std::move(*next)));
        const ShareRequest request = std::move(tidy);
        auto asking = within(options_.deadlines.names);
        expect<Finished>(co_await names_.ask(request, asking));
    } while (next != placeholders.end());
}

} // namespace av1encd
