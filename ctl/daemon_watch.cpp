#include "ctl/daemon_watch.hpp"

#include "common/human_format.hpp"
#include "common/source_text.hpp"
#include "ctl/render.hpp"

#include <fmt/format.h>

#include <array>

namespace av1encd {

namespace {

using namespace std::chrono_literals;

constexpr auto shortest_interval = 100ms;
constexpr auto longest_interval = 1s;
constexpr auto between_connects = 1s;
/// It answers within milliseconds; where it does not, that is said.
constexpr auto silence = 5s;
constexpr std::size_t messages_kept = 500;

std::string clock_now() {
    return shown_clock(
        iso_time(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())));
}

} // namespace

DaemonWatch::DaemonWatch(std::filesystem::path socket, Status status)
    : socket_(std::move(socket)),
      state_{std::move(status), "", {}} {}

std::vector<pollfd> DaemonWatch::descriptors() const {
    std::vector<pollfd> descriptors;
    for (const auto* client : {&events_, &answers_})
        if (*client)
            descriptors.push_back({(*client)->descriptor(), POLLIN, 0});
    return descriptors;
}

DaemonWatch::Time DaemonWatch::due() const {
    if (!events_)
        return connect_at_;
    if (waits_)
        return asked_ + (state_.trouble.empty() ? Time::duration(silence) : Time::duration(1h));
    return asked_ + (status_is_old_ ? Time::duration(shortest_interval) : longest_interval);
}

bool DaemonWatch::go_on(Time now) {
    changed_ = false;
    try {
        if (!events_ && now >= connect_at_)
            connect();
        if (events_) {
            take_events();
            take_status(now);
            ask_if_due(now);
        }
    } catch (const DaemonUnreachable& error) {
        lose("gone", error.what(), now);
    } catch (const RefusedByDaemon& error) { // too slow for its events, or one client too many
        lose("refuses to tell", error.what(), now);
    }
    return changed_;
}

void DaemonWatch::connect() {
    constexpr std::chrono::milliseconds patience = 1s;
    ControlClient events(socket_, patience);
    ControlClient answers(socket_, patience);
    events.send("Tail", {}, true);
    events_.emplace(std::move(events));
    answers_.emplace(std::move(answers));
    waits_ = false;
    status_is_old_ = true;
}

void DaemonWatch::take_events() {
    while (const auto reply = events_->take_reply()) {
        status_is_old_ = true;
        if (auto message = message_of(event_from_json(reply->parameters)))
            add_message(std::move(*message));
    }
}

void DaemonWatch::take_status(Time now) {
    const auto reply = answers_->take_reply();
    if (!reply)
        return complain_of_silence(now);
    state_.status = status_from_json(reply->parameters);
    waits_ = false;
    changed_ = true;
    recover();
}

void DaemonWatch::ask_if_due(Time now) {
    if (waits_ || now < due())
        return;
    answers_->send("Status", {}, false);
    asked_ = now;
    waits_ = true;
    status_is_old_ = false;
}

void DaemonWatch::complain_of_silence(Time now) {
    if (!waits_ || now < asked_ + silence || !state_.trouble.empty())
        return;
    state_.trouble = fmt::format("does not answer since {}", clock_now());
    add_message({clock_now(), "av1encd does not answer: it hangs or is stopped", Style::bad});
}

void DaemonWatch::lose(std::string_view what, const std::string& reason, Time now) {
    events_.reset();
    answers_.reset();
    waits_ = false;
    connect_at_ = now + between_connects;
    if (state_.trouble.starts_with(what))
        return;
    state_.trouble = fmt::format("{} since {}; trying again", what, clock_now());
    add_message({clock_now(), printable(reason), Style::bad});
}

void DaemonWatch::recover() {
    if (state_.trouble.empty())
        return;
    state_.trouble.clear();
    add_message({clock_now(), "av1encd answers again", Style::good});
}

void DaemonWatch::add_message(LiveMessage message) {
    state_.messages.push_back(std::move(message));
    if (state_.messages.size() > messages_kept)
        state_.messages.erase(state_.messages.begin());
    changed_ = true;
}

} // namespace av1encd
