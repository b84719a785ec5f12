#include "daemon/pipeline/pauser.hpp"

#include "daemon/pipeline/ports/work_dir.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

namespace av1encd {

using namespace boost::asio::experimental::awaitable_operators;

Pauser::Pauser(const boost::asio::any_io_executor& executor, Processes& processes, Ledger& ledger,
               Clock& clock, Events& events)
    : processes_(processes),
      ledger_(ledger),
      clock_(clock),
      events_(events),
      work_clock_(clock.now()),
      changed_(executor) {}

Awaitable<void> Pauser::load() {
    const auto hold = co_await ledger_.operator_hold();
    if (!hold)
        co_return;
    take_effect({HoldReason::operator_pause, hold->text, hold->since, hold->until, hold->drain});
}

Awaitable<void> Pauser::run() {
    for (;;) {
        const auto over = holds_.operator_end();
        if (over && *over <= clock_.wall_now()) {
            lift(HoldReason::operator_pause);
            co_await forget_ended_hold();
        }
        if (const auto end = holds_.operator_end())
            co_await (changed_.wait() || clock_.wait_until_wall(*end));
        else
            co_await changed_.wait();
    }
}

Awaitable<void> Pauser::pause(std::string text, std::optional<std::chrono::seconds> duration,
                              bool drain) {
    const auto now = clock_.wall_now();
    Hold hold{HoldReason::operator_pause, std::move(text), now, std::nullopt, drain};
    if (duration)
        hold.until = now + *duration;
    // In force at once: the encoders stop before the disk has answered.
    take_effect(hold);
    OperatorHold record{hold.text, hold.since, hold.until, hold.drain};
    co_await ledger_.save_operator_hold(std::move(record));
}

Awaitable<bool> Pauser::resume() {
    // In force at once, as with pause(): a full disk keeps nobody from going on, and a pause() that
    // comes while the disk is asked is not lifted along.
    const bool was_there = holds_.has(HoldReason::operator_pause);
    lift(HoldReason::operator_pause);
    co_await ledger_.save_operator_hold(std::nullopt);
    co_return was_there;
}

/// What stays recorded is over, and ends at once after a restart.
Awaitable<void> Pauser::forget_ended_hold() {
    try {
        co_await ledger_.save_operator_hold(std::nullopt);
    } catch (const DiskFullError&) {
    }
}

void Pauser::set(HoldReason reason, std::string text, std::optional<WallTime> until) {
    take_effect({reason, std::move(text), clock_.wall_now(), until, false});
}

void Pauser::take_effect(Hold hold) {
    const auto reason = hold.reason;
    const auto text = hold.text;
    if (!holds_.set(std::move(hold)) && reason != HoldReason::operator_pause)
        return;
    say(reason == HoldReason::share ? EventKind::share_lost : EventKind::hold_set,
        reason == HoldReason::operator_pause ? Severity::notice : Severity::warning,
        fmt::format("{} hold: {}", to_string(reason), text.empty() ? "no reason given" : text));
    follow();
}

void Pauser::lift(HoldReason reason) {
    if (!holds_.lift(reason))
        return;
    say(reason == HoldReason::share ? EventKind::share_back : EventKind::hold_lifted,
        Severity::notice, fmt::format("{} hold lifted", to_string(reason)));
    follow();
}

void Pauser::follow() {
    const bool suspend = holds_.suspends_tasks();
    if (suspend != suspended_) {
        suspended_ = suspend;
        if (suspend) {
            processes_.suspend_all();
            work_clock_.stop(clock_.now());
            say(EventKind::paused, Severity::notice, "paused: encoders are suspended");
        } else {
            work_clock_.go_on(clock_.now());
            processes_.continue_all();
            say(EventKind::resumed, Severity::notice, "resumed");
        }
    }
    changed_.notify_all();
    for (const auto& call : on_change_)
        call();
}

Awaitable<void> Pauser::until_tasks_may_start() {
    while (holds_.keeps_tasks_from_starting())
        co_await changed_.wait();
}

Awaitable<void> Pauser::until_claims_may_begin() {
    while (holds_.keeps_from_claiming())
        co_await changed_.wait();
}

void Pauser::say(EventKind kind, Severity severity, const std::string& message) {
    Event event;
    event.kind = kind;
    event.severity = severity;
    event.message = message;
    events_.publish(event);
}

} // namespace av1encd
