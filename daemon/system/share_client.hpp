#pragma once
// The share as the daemon sees it: every call is a request to a share helper, under a deadline. One
// helper answers for names, one scans and watches, each transfer has its own.
//
// Owned by Daemon and used on the loop's thread alone, the one that made it: helpers are started
// when first needed and die with the thread that started them. Any number of calls may run at a
// time. A cancelled transfer ends with its helper, and its part is removed by the next tidy(); what
// became of another cancelled call is not known, as after ShareUnavailable. Calls end before the
// client does.

#include "common/share_protocol.hpp"
#include "daemon/pipeline/ports/share.hpp"
#include "daemon/system/share_line.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace av1encd {

struct ShareClientOptions {
    std::filesystem::path helper; ///< the program av1encd-share
    std::filesystem::path root;
    std::filesystem::path output; ///< output_root(), not the pattern
    std::string machine;
    std::vector<std::string> extensions; ///< lower case, without the dot
    bool require_mount = false;
    ShareDeadlines deadlines = {};
};

/// Where av1encd-share lies: beside the daemon in a build, below libexec once installed.
std::filesystem::path share_helper_program();

class ShareClient final : public Share {
public:
    ShareClient(const boost::asio::any_io_executor& executor, ShareClientOptions options);

    /// For the next scan on.
    void set_extensions(std::vector<std::string> extensions);
    /// From the next open() on.
    void set_require_mount(bool required) { options_.require_mount = required; }

    Awaitable<Markers> open(KnownMarkers known, bool adopt) override;
    /// Ends a wait_for_change() that is going on, as if something had changed.
    Awaitable<Scan> scan_sources() override;
    Awaitable<std::vector<std::string>> list(Place place) override;
    /// Changes since the last scan count. Without one it returns at once.
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
    Awaitable<Look> see(SharePath file, Freshness freshness);
    Awaitable<Retired> move(ShareRequest request);
    Awaitable<FileCopied> transfer(const ShareRequest& request, UniqueFd file,
                                   TransferProgress progress);

    ShareClientOptions options_;
    ShareHelpers helpers_;
    ShareLine names_;
    ShareLine scans_;
    std::set<std::string> claims_in_doubt_; ///< asked for, and no answer came
    boost::asio::steady_timer watch_ended_;
};

} // namespace av1encd
