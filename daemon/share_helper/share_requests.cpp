#include "daemon/share_helper/share_requests.hpp"

#include "daemon/share_helper/call_failed.hpp"
#include "daemon/share_helper/sight.hpp"
#include "daemon/share_helper/source_moves.hpp"
#include "daemon/share_helper/transfers.hpp"

#include <cerrno>
#include <sys/statvfs.h>
#include <type_traits>
#include <utility>

namespace av1encd {
namespace {

// More often nobody needs to know; much less often a deadline might pass.
constexpr auto progress_interval = std::chrono::milliseconds(100);

std::uint64_t free_bytes(int folder, const std::string& path) {
    struct statvfs space {};
    if (::fstatvfs(folder, &space) != 0)
        throw CallFailed(errno, "cannot ask for the free space of", path);
    return std::uint64_t{space.f_bavail} * space.f_frsize;
}

template <typename... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

} // namespace

ShareRequests::ShareRequests(TreeSurroundings surroundings, Tell tell)
    : surroundings_(std::move(surroundings)),
      tell_(std::move(tell)) {}

ShareAnswer ShareRequests::answer(const ShareRequest& request, const UniqueFd& attached) {
    try {
        if (const auto* wanted = std::get_if<OpenTree>(&request))
            return open(*wanted);
        if (!tree_)
            throw TreeUnavailable("the share is not open yet");
        tree_->check();
        return answer_in_tree(request, attached);
    } catch (const LocalFileFailed& failure) {
        return LocalFailure{failure.what()};
    } catch (const Error& failure) {
        return Unavailable{failure.what()};
    }
}

ShareAnswer ShareRequests::open(const OpenTree& request) {
    tree_.reset();
    watch_.reset();
    tree_.emplace(request, surroundings_);
    return tree_->markers();
}

ShareAnswer ShareRequests::answer_in_tree(const ShareRequest& request, const UniqueFd& attached) {
    const auto progress = [this](std::uint64_t bytes) { tell_progress(bytes); };
    return std::visit(
        Overloaded{
            [&](const OpenTree& wanted) -> ShareAnswer { return open(wanted); },
            [&](const ScanSources& scan) -> ShareAnswer {
                if (!watch_)
                    watch_.emplace();
                return scan_sources(*tree_, scan, *watch_, tell_);
            },
            [&](const WatchSources&) -> ShareAnswer { return SourcesChanged{}; },
            [&](const ListFiles& list) -> ShareAnswer { return list_files(*tree_, list, tell_); },
            [&](const LookAtFile& look) -> ShareAnswer { return see_file(*tree_, look); },
            [&](const ClaimSource& claim) -> ShareAnswer { return claim_source(*tree_, claim); },
            [&](const RetireSource& retire) -> ShareAnswer {
                return retire_source(*tree_, retire);
            },
            [&](const ReturnFailed& back) -> ShareAnswer { return return_failed(*tree_, back); },
            [&](const FetchFile& fetch) -> ShareAnswer {
                return fetch_file(*tree_, fetch, attached.get(), progress);
            },
            [&](const PublishFile& publish) -> ShareAnswer {
                return publish_file(*tree_, publish, attached.get(), progress);
            },
            [&](const SetAside& aside) -> ShareAnswer { return set_aside(*tree_, aside); },
            [&](const MeasureSpace&) -> ShareAnswer {
                return SpaceMeasured{free_bytes(tree_->root(), tree_->root_path()),
                                     free_bytes(tree_->output(), tree_->output_path())};
            },
            [&](const TidyTree& tidy) -> ShareAnswer { return tidy_tree(*tree_, tidy, tell_); },
        },
        request);
}

std::optional<int> ShareRequests::changes_fd() const {
    if (!watch_)
        return std::nullopt;
    return watch_->fd();
}

void ShareRequests::tell_progress(std::uint64_t bytes) {
    const auto now = std::chrono::steady_clock::now();
    if (now < told_ + progress_interval)
        return;
    told_ = now;
    tell_(TransferProgressed{bytes});
}

} // namespace av1encd
