#include "daemon/pipeline/pauser.hpp"

#include "common/quantities.hpp"
#include "daemon/pipeline/ports/work_dir.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace av1encd {

using namespace boost::asio::experimental::awaitable_operators;

Pauser::Pauser(const boost::asio::any_io_executor& executor, const PauseConfig& config,
               Processes& processes, MemoryPressure& memory, Ledger& ledger, Clock& clock,
               Events& events)
    : config_(config),
      processes_(processes),
      memory_(memory),
      ledger_(ledger),
      clock_(clock),
      events_(events),
      voice_(events, clock),
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
        co_await lift_ended();
        if (const auto time = voice_.next_word(); time && *time <= clock_.now())
            voice_.say_what_lasts(holds_);
        if (const auto time = clean_up_time(); time && *time <= clock_.now()) {
            auto why = config_.on_hold == OnHold::cleanup
                           ? "pause.on_hold: cleanup"
                           : "suspended for " + print_duration(*config_.cleanup_after);
            co_await clean_up(std::move(why));
            continue;
        }
        const auto woken = co_await sleep();
        if (woken == Woken::by_memory)
            co_await clean_up("memory runs short");
    }
}

Awaitable<void> Pauser::lift_ended() {
    const auto end = holds_.operator_end();
    if (!end || *end > clock_.wall_now())
        co_return;
    lift(HoldReason::operator_pause);
    // What stays recorded is over, and ends at once after a restart.
    co_await forget_hold();
}

Awaitable<Pauser::Woken> Pauser::sleep() {
    const auto until =
        std::min(clean_up_time().value_or(Ticks::max()), voice_.next_word().value_or(Ticks::max()));
    if (suspended_since_ && !cleaned_up_) {
        const auto first = co_await (changed_.wait() || clock_.wait_until(until) ||
                                     until_end_of_hold() || memory_.until_short());
        co_return static_cast<Woken>(first.index());
    }
    const auto first =
        co_await (changed_.wait() || clock_.wait_until(until) || until_end_of_hold());
    co_return static_cast<Woken>(first.index());
}

Awaitable<void> Pauser::until_end_of_hold() {
    if (const auto end = holds_.operator_end())
        co_await clock_.wait_until_wall(*end);
    else
        co_await clock_.wait_until(Ticks::max());
}

std::optional<Ticks> Pauser::clean_up_time() const {
    const auto patience = suspended_before_clean_up(config_);
    if (!suspended_since_ || cleaned_up_ || !patience)
        return std::nullopt;
    return *suspended_since_ + *patience;
}

/// What was made so far of a segment cannot be gone on with; kept segments stay.
Awaitable<void> Pauser::clean_up(std::string why) {
    // It may have been lifted in the moment in which memory ran short.
    if (!suspended_since_)
        co_return;
    cleaned_up_ = true;
    const int ended = co_await processes_.clean_up();
    if (ended == 0)
        co_return;
    say(EventKind::cleaned_up, voice_.pause_was_said() ? Severity::notice : Severity::debug,
        fmt::format("cleaned up ({}): {} suspended {} ended and will begin anew, what is finished "
                    "stays",
                    why, ended, ended == 1 ? "task was" : "tasks were"));
    if (on_clean_up_)
        on_clean_up_();
}

Awaitable<void> Pauser::pause(std::string text, std::optional<std::chrono::seconds> duration,
                              bool drain) {
    const auto now = clock_.wall_now();
    Hold hold{HoldReason::operator_pause, std::move(text), now, std::nullopt, drain};
    if (duration)
        hold.until = now + *duration;
    // In force at once: the encoders stop before the disk has answered.
    take_effect(hold);
    for (const auto& known : holds_.all())
        if (known.reason == HoldReason::operator_pause)
            hold = known; // since when the machine is held does not change
    OperatorHold record{hold.text, hold.since, hold.until, hold.drain};
    co_await ledger_.save_operator_hold(std::move(record));
}

Awaitable<bool> Pauser::resume() {
    // In force at once, as with pause(): a full disk keeps nobody from going on, and a pause() that
    // comes while the disk is asked is not lifted along.
    const bool was_there = holds_.has(HoldReason::operator_pause);
    lift(HoldReason::operator_pause);
    const bool forgotten = co_await forget_hold();
    if (was_there && !forgotten)
        say(EventKind::note, Severity::warning,
            "the disk is full and the operator hold stays recorded: after a restart it is back");
    co_return was_there;
}

/// False where the disk is full: the record stays.
Awaitable<bool> Pauser::forget_hold() {
    try {
        co_await ledger_.save_operator_hold(std::nullopt);
        co_return true;
    } catch (const DiskFullError&) {
        co_return false;
    }
}

void Pauser::set(HoldReason reason, std::string text, std::optional<WallTime> until) {
    take_effect({reason, std::move(text), clock_.wall_now(), until, false});
}

void Pauser::take_effect(const Hold& hold) {
    if (!holds_.set(hold) && hold.reason != HoldReason::operator_pause)
        return;
    // Acts before it speaks: a log on a slow disk must not keep the encoders running.
    suspend_or_continue();
    voice_.set(hold);
    tell_of_change();
}

void Pauser::lift(HoldReason reason) {
    if (!holds_.lift(reason))
        return;
    suspend_or_continue();
    voice_.lifted(reason);
    tell_of_change();
}

void Pauser::suspend_or_continue() {
    const bool suspend = holds_.suspends_tasks();
    if (suspend == suspended_since_.has_value())
        return;
    if (suspend) {
        processes_.suspend_all();
        suspended_since_ = clock_.now();
        work_clock_.stop(*suspended_since_);
    } else {
        suspended_since_.reset();
        cleaned_up_ = false;
        work_clock_.go_on(clock_.now());
        processes_.continue_all();
    }
}

void Pauser::tell_of_change() {
    voice_.follow(holds_);
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
