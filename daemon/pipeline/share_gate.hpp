#pragma once
// The share as the pipeline sees it: a call made while the share is away waits until it is back,
// and a call that it did not answer is made again. Meanwhile the `share` hold is set.

#include "daemon/pipeline/notifier.hpp"
#include "daemon/pipeline/pauser.hpp"
#include "daemon/pipeline/ports/ledger.hpp"
#include "daemon/pipeline/ports/share.hpp"

#include <optional>
#include <string>

namespace av1encd {

class ShareGate final : public Share {
public:
    /// `tree` names root and output in the ledger's memory of markers.
    ShareGate(const boost::asio::any_io_executor& executor, Share& share, Pauser& pauser,
              Ledger& ledger, Clock& clock, std::string tree);

    /// Opens the share, again and again after it was lost; until cancelled.
    Awaitable<void> keep_open();
    /// One attempt that takes the markers found for the right ones; throws ShareUnavailable.
    Awaitable<void> adopt();
    bool is_open() const { return open_; }

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
    template <typename Call>
    auto answered(Call call) -> decltype(call());
    Awaitable<void> try_to_open(bool adopt);
    Awaitable<std::optional<std::string>> reason_not_to_open();
    void lost(const Error& reason);

    Share& share_;
    Pauser& pauser_;
    Ledger& ledger_;
    Clock& clock_;
    std::string tree_;
    bool open_ = false;
    Notifier changed_;
};

} // namespace av1encd
