#pragma once
// Questions to a share helper, one after the other, and what becomes of helpers that do not answer.

#include "common/share_protocol.hpp"
#include "daemon/system/share_helper_process.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

namespace av1encd {

/// How long a helper may say nothing while it owes an answer, and how many may be stuck.
struct ShareDeadlines {
    std::chrono::milliseconds names = std::chrono::seconds(10);
    std::chrono::milliseconds scan_batch = std::chrono::seconds(10);
    std::chrono::milliseconds transfer_step = std::chrono::seconds(60); ///< it tells of every MiB
    std::chrono::milliseconds ending = std::chrono::seconds(1); ///< longer after SIGKILL: stuck
    std::size_t most_stuck = 4;
};

/// Starts helpers and buries them: each is sent SIGKILL, and reaped whenever it ends, which one
/// that waits for a dead server does late or never. Nobody waits for that; only the destructor
/// does, for no longer than `ending`.
class ShareHelpers {
public:
    ShareHelpers(boost::asio::any_io_executor executor, std::filesystem::path program,
                 ShareDeadlines deadlines);
    ~ShareHelpers();
    ShareHelpers(const ShareHelpers&) = delete;
    ShareHelpers& operator=(const ShareHelpers&) = delete;

    /// Throws ShareUnavailable while too many are stuck, or where the program cannot be started.
    std::unique_ptr<ShareHelperProcess> start();
    void bury(std::unique_ptr<ShareHelperProcess> helper);

    const boost::asio::any_io_executor& executor() const { return executor_; }
    const ShareDeadlines& deadlines() const { return deadlines_; }

    /// The tree that every helper opens before it is asked anything else; none before the first
    /// set_tree().
    const std::optional<OpenTree>& tree() const { return tree_; }
    /// Grows with every set_tree(), from 0.
    std::uint64_t tree_version() const { return tree_version_; }
    void set_tree(OpenTree tree);

private:
    struct Dying {
        boost::asio::posix::stream_descriptor pidfd;
        std::chrono::steady_clock::time_point since;
    };
    static void reap_when_ended(const std::weak_ptr<std::list<Dying>>& dying,
                                std::list<Dying>::iterator helper);
    std::size_t stuck() const;

    boost::asio::any_io_executor executor_;
    std::filesystem::path program_;
    ShareDeadlines deadlines_;
    std::optional<OpenTree> tree_;
    std::uint64_t tree_version_ = 0;
    std::shared_ptr<std::list<Dying>> dying_; ///< shared with waits that may outlive this by a turn
};

/// What ask() is given beside the request. `limit` nullopt: the answer may take for ever. `on_part`
/// hears the answers that come before the last one.
struct Asking {
    std::optional<std::chrono::milliseconds> limit;
    std::function<void(ShareAnswer&)> on_part = {};
    UniqueFd attached = {};
};

/// One helper at a time, started by the first question, replaced after it hung or died. Questions
/// wait for each other. Cancelling one leaves the helper at its work: the late answer is passed
/// over.
class ShareLine {
public:
    explicit ShareLine(ShareHelpers& helpers);
    // NOLINTNEXTLINE(bugprone-exception-escape): as its definition says
    ~ShareLine();

    /// Throws ShareUnavailable where that is the answer or none comes, Error for a LocalFailure.
    /// Both arguments outlive the asking: taken by value, g++ 12 -O2 destroyed their strings twice.
    Awaitable<ShareAnswer> ask(const ShareRequest& request, Asking& asking);

private:
    using Turns = boost::asio::experimental::channel<void(boost::system::error_code)>;

    Awaitable<void> prepare(const ShareRequest& request);
    Awaitable<ShareAnswer> converse(const ShareRequest& request, Asking& asking);
    [[noreturn]] void give_up(const std::string& reason);

    ShareHelpers& helpers_;
    std::unique_ptr<ShareHelperProcess> helper_;
    std::uint64_t opened_version_ = 0; ///< of the tree that helper_ has open
    std::uint64_t last_number_ = 0;
    Turns turns_; ///< holds one token while nobody asks
};

} // namespace av1encd
