#include "daemon/system/share_line.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <poll.h>
#include <sys/wait.h>
#include <utility>

namespace av1encd {
namespace asio = boost::asio;
using std::chrono::steady_clock;
namespace {

bool reap(int pidfd) {
    siginfo_t ended{};
    return ::waitid(P_PIDFD, static_cast<id_t>(pidfd), &ended, WEXITED | WNOHANG) != 0 ||
           ended.si_pid != 0;
}

// Not within the coroutine: there g++ 12 destroys a braced temporary twice.
std::string numbered(std::uint64_t number, const ShareRequest& request) {
    return encode(Numbered<ShareRequest>{number, request});
}

bool is_last(const ShareAnswer& answer) {
    return !std::holds_alternative<FilesFound>(answer) &&
           !std::holds_alternative<StrangeFound>(answer) &&
           !std::holds_alternative<TransferProgressed>(answer);
}

} // namespace

ShareHelpers::ShareHelpers(asio::any_io_executor executor, std::filesystem::path program,
                           ShareDeadlines deadlines)
    : executor_(std::move(executor)),
      program_(std::move(program)),
      deadlines_(deadlines),
      dying_(std::make_shared<std::list<Dying>>()) {}

ShareHelpers::~ShareHelpers() {
    const auto give_up = steady_clock::now() + deadlines_.ending;
    for (auto& helper : *dying_) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(give_up - steady_clock::now());
        pollfd ended{helper.pidfd.native_handle(), POLLIN, 0};
        ::poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
        reap(helper.pidfd.native_handle());
    }
}

std::unique_ptr<ShareHelperProcess> ShareHelpers::start() {
    if (const auto count = stuck(); count >= deadlines_.most_stuck)
        throw ShareUnavailable(fmt::format("{} share helpers are stuck in calls on the share that "
                                           "do not return; is its server reachable?",
                                           count));
    try {
        return std::make_unique<ShareHelperProcess>(executor_, program_);
    } catch (const Error& failure) {
        // Too many processes, or an upgrade under way: that passes, and says nothing of a source.
        throw ShareUnavailable(whole_reason(failure));
    }
}

void ShareHelpers::bury(std::unique_ptr<ShareHelperProcess> helper) {
    auto pidfd = helper->take_pidfd();
    ::kill(helper->pid(), SIGKILL);
    dying_->push_back({{executor_, pidfd.release()}, steady_clock::now()});
    reap_when_ended(dying_, std::prev(dying_->end()));
}

void ShareHelpers::set_tree(OpenTree tree) {
    tree_ = std::move(tree);
    ++tree_version_;
}

void ShareHelpers::reap_when_ended(const std::weak_ptr<std::list<Dying>>& dying,
                                   std::list<Dying>::iterator helper) {
    helper->pidfd.async_wait(asio::posix::descriptor_base::wait_read,
                             [dying, helper](boost::system::error_code error) {
                                 const auto still_owned = dying.lock();
                                 if (error || !still_owned)
                                     return; // the destructor has been at work
                                 if (reap(helper->pidfd.native_handle()))
                                     still_owned->erase(helper);
                                 else
                                     reap_when_ended(dying, helper);
                             });
}

std::size_t ShareHelpers::stuck() const {
    const auto killed_before = steady_clock::now() - deadlines_.ending;
    return static_cast<std::size_t>(
        std::count_if(dying_->begin(), dying_->end(),
                      [&](const Dying& helper) { return helper.since <= killed_before; }));
}

ShareLine::ShareLine(ShareHelpers& helpers) : helpers_(helpers), turns_(helpers.executor(), 1) {
    turns_.try_send(boost::system::error_code{});
}

// NOLINTNEXTLINE(bugprone-exception-escape): only for want of memory, and then the daemon ends
ShareLine::~ShareLine() {
    if (helper_)
        helpers_.bury(std::move(helper_));
}

Awaitable<ShareAnswer> ShareLine::ask(const ShareRequest& request, Asking& asking) {
    co_await turns_.async_receive(asio::use_awaitable);
    struct Turn {
        Turns& turns;
        ~Turn() { turns.try_send(boost::system::error_code{}); }
    } turn{turns_};
    try {
        co_await prepare(request);
        co_return co_await converse(request, asking);
    } catch (const ShareHelperHangs&) {
        give_up("does not answer; is its server reachable?");
    } catch (const ShareHelperDied&) {
        give_up("was not asked to the end: av1encd-share has died, the next call starts another");
    } catch (const ShareProtocolError& mistake) {
        give_up(fmt::format("was not understood: {}", mistake.what()));
    }
}

Awaitable<void> ShareLine::prepare(const ShareRequest& request) {
    if (!helpers_.tree() && !std::holds_alternative<OpenTree>(request))
        throw ShareUnavailable("the share is not open yet");
    if (!helper_) {
        helper_ = helpers_.start();
        opened_version_ = 0;
    }
    if (std::holds_alternative<OpenTree>(request) || opened_version_ == helpers_.tree_version())
        co_return;
    const auto version = helpers_.tree_version();
    const ShareRequest open = *helpers_.tree();
    Asking asking;
    asking.limit = helpers_.deadlines().names;
    co_await converse(open, asking);
    opened_version_ = version;
}

Awaitable<ShareAnswer> ShareLine::converse(const ShareRequest& request, Asking& asking) {
    const auto number = ++last_number_;
    helper_->send(numbered(number, request), asking.attached);
    asking.attached.reset();
    for (;;) {
        auto message = decode_share_answer(co_await helper_->receive(asking.limit));
        if (message.number != number)
            continue; // to a question that was given up
        if (const auto* none = std::get_if<Unavailable>(&message.body))
            throw ShareUnavailable(none->reason);
        if (const auto* failure = std::get_if<LocalFailure>(&message.body))
            throw Error(failure->reason);
        if (is_last(message.body))
            co_return std::move(message.body);
        if (asking.on_part)
            asking.on_part(message.body);
    }
}

void ShareLine::give_up(const std::string& reason) {
    if (helper_)
        helpers_.bury(std::move(helper_));
    const auto& tree = helpers_.tree();
    throw ShareUnavailable(fmt::format("the share {} {}", tree ? tree->root : "", reason));
}

} // namespace av1encd
