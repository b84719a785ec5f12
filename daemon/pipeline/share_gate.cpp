#include "daemon/pipeline/share_gate.hpp"

#include "daemon/pipeline/ports/work_dir.hpp"

#include <algorithm>
#include <utility>

namespace av1encd {

namespace {

constexpr std::chrono::seconds first_retry{1};
constexpr std::chrono::seconds slowest_retry{10};

} // namespace

ShareGate::ShareGate(const boost::asio::any_io_executor& executor, Share& share, Pauser& pauser,
                     Ledger& ledger, Clock& clock, std::string tree)
    : share_(share),
      pauser_(pauser),
      ledger_(ledger),
      clock_(clock),
      tree_(std::move(tree)),
      changed_(executor) {}

Awaitable<void> ShareGate::keep_open() {
    auto pause = first_retry;
    std::optional<Ticks> reopened;
    for (bool first_time = true;; first_time = false) {
        while (open_)
            co_await changed_.wait();
        // A share that opens and does not answer a call would be opened and lost without end.
        if (reopened && clock_.now() - *reopened < slowest_retry) {
            co_await clock_.wait_until(clock_.now() + pause);
            pause = std::min(2 * pause, slowest_retry);
        } else {
            pause = first_retry;
        }
        while (!open_) {
            const auto reason = co_await reason_not_to_open();
            if (!reason)
                break;
            pauser_.set(HoldReason::share, *reason);
            co_await clock_.wait_until(clock_.now() + pause);
            pause = std::min(2 * pause, slowest_retry);
        }
        if (!first_time)
            reopened = clock_.now();
    }
}

Awaitable<std::optional<std::string>> ShareGate::reason_not_to_open() {
    try {
        co_await try_to_open(false);
        co_return std::nullopt;
    } catch (const ShareUnavailable& error) {
        co_return whole_reason(error);
    } catch (const DiskFullError& error) { // of the ledger, which has to know the markers
        co_return whole_reason(error);
    }
}

Awaitable<void> ShareGate::adopt() {
    co_await try_to_open(true);
}

Awaitable<void> ShareGate::try_to_open(bool adopt) {
    KnownMarkers known;
    known.root = co_await ledger_.remembered("root marker of " + tree_);
    known.output = co_await ledger_.remembered("output marker of " + tree_);
    const auto found = co_await share_.open(known, adopt);
    if (known.root != found.root)
        co_await ledger_.remember("root marker of " + tree_, found.root);
    if (known.output != found.output)
        co_await ledger_.remember("output marker of " + tree_, found.output);
    open_ = true;
    pauser_.lift(HoldReason::share);
    changed_.notify_all();
}

void ShareGate::lost(const Error& reason) {
    open_ = false;
    pauser_.set(HoldReason::share, whole_reason(reason));
    changed_.notify_all();
}

template <typename Call>
auto ShareGate::answered(Call call) -> decltype(call()) {
    for (;;) {
        while (!open_)
            co_await changed_.wait();
        try {
            co_return co_await call();
        } catch (const ShareUnavailable& error) {
            lost(error);
        }
    }
}

Awaitable<Markers> ShareGate::open(KnownMarkers known, bool adopt) {
    co_return co_await share_.open(std::move(known), adopt);
}

Awaitable<Scan> ShareGate::scan_sources() {
    auto call = [this] { return share_.scan_sources(); };
    co_return co_await answered(call);
}

Awaitable<std::vector<std::string>> ShareGate::list(Place place) {
    auto call = [this, place] { return share_.list(place); };
    co_return co_await answered(call);
}

Awaitable<void> ShareGate::wait_for_change() {
    auto call = [this] { return share_.wait_for_change(); };
    co_await answered(call);
}

Awaitable<Look> ShareGate::look(SharePath file) {
    auto call = [this, &file] { return share_.look(file); };
    co_return co_await answered(call);
}

Awaitable<Look> ShareGate::look_afresh(SharePath file) {
    auto call = [this, &file] { return share_.look_afresh(file); };
    co_return co_await answered(call);
}

Awaitable<Claim> ShareGate::claim(std::string source) {
    auto call = [this, &source] { return share_.claim(source); };
    co_return co_await answered(call);
}

Awaitable<Retired> ShareGate::retire(std::string claimed_path, Place to, std::string wanted,
                                     FileState file) {
    auto call = [this, &claimed_path, to, &wanted, file] {
        return share_.retire(claimed_path, to, wanted, file);
    };
    co_return co_await answered(call);
}

Awaitable<Retired> ShareGate::return_failed(std::string failed_path, std::string wanted) {
    auto call = [this, &failed_path, &wanted] { return share_.return_failed(failed_path, wanted); };
    co_return co_await answered(call);
}

Awaitable<Staged> ShareGate::fetch(SharePath file, std::filesystem::path target,
                                   TransferProgress progress) {
    auto call = [this, &file, &target, &progress] { return share_.fetch(file, target, progress); };
    co_return co_await answered(call);
}

Awaitable<Published> ShareGate::publish(std::filesystem::path file, SharePath to,
                                        TransferProgress progress) {
    auto call = [this, &file, &to, &progress] { return share_.publish(file, to, progress); };
    co_return co_await answered(call);
}

Awaitable<Retired> ShareGate::set_aside(SharePath output) {
    auto call = [this, &output] { return share_.set_aside(output); };
    co_return co_await answered(call);
}

Awaitable<Share::Space> ShareGate::free_space() {
    auto call = [this] { return share_.free_space(); };
    co_return co_await answered(call);
}

Awaitable<void> ShareGate::tidy(std::vector<SharePath> placeholders) {
    auto call = [this, &placeholders] { return share_.tidy(placeholders); };
    co_await answered(call);
}

} // namespace av1encd
