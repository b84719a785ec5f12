#pragma once
// A share in memory, which refuses, throws and keeps waiting as told.

#include "daemon/pipeline/notifier.hpp"
#include "daemon/pipeline/ports/share.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace av1encd::test {

/// What fetch() says of whatever it copies.
const std::string hash_of_every_file(64, 'a');

/// Files by place and path; a file is its FileState, its "bytes" are never looked at.
class FakeShare final : public Share {
public:
    explicit FakeShare(const boost::asio::any_io_executor& executor) : change_(executor) {}

    std::map<Place, std::map<std::string, FileState>> files;
    std::vector<StrangeName> strange;
    std::map<std::string, std::string> unreadable; ///< source -> why
    std::set<std::string> lost_races;              ///< sources that another machine takes first
    std::vector<std::string> calls;                ///< "claim a.mp4"
    int away = 0;                                  ///< so many calls throw ShareUnavailable
    std::vector<PublishOutcome> publish_outcomes;  ///< of the next calls, then `published`
    int refused_moves = 0;                         ///< so many renames are refused
    std::string fault;                             ///< publish() throws this Error
    std::string unwatched;                         ///< what every scan says
    std::set<std::string> never_answered;          ///< calls that throw ShareUnavailable
    std::function<void()> on_look;
    std::function<void()> on_claim;
    bool hold_publish = false; ///< publish() does not end before tell_of_change()
    int waits = 0;             ///< calls of wait_for_change()
    int waits_ended = 0;       ///< so many of them return at once

    void tell_of_change() { change_.notify_all(); }

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
    void note(const std::string& call);
    Notifier change_;
};

} // namespace av1encd::test
