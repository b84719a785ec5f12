#pragma once
// The holds and what follows from them: child processes are suspended and continued, or ended to
// give their memory back, and new work waits. The operator's hold is in the ledger and so lasts
// over a restart; the others are found anew.

#include "daemon/config/config.hpp"
#include "daemon/core/holds.hpp"
#include "daemon/core/tally.hpp"
#include "daemon/pipeline/hold_voice.hpp"
#include "daemon/pipeline/notifier.hpp"
#include "daemon/pipeline/ports/clock.hpp"
#include "daemon/pipeline/ports/events.hpp"
#include "daemon/pipeline/ports/ledger.hpp"
#include "daemon/pipeline/ports/memory_pressure.hpp"
#include "daemon/pipeline/ports/processes.hpp"

#include <functional>

namespace av1encd {

class Pauser {
public:
    /// `config` in force now: follow_config() where it changed.
    Pauser(const boost::asio::any_io_executor& executor, const PauseConfig& config,
           Processes& processes, MemoryPressure& memory, Ledger& ledger, Clock& clock,
           Events& events);

    /// Takes up the operator's hold of an earlier run.
    Awaitable<void> load();
    /// Lifts the operator's hold once its time is over, and cleans up what is suspended for too
    /// long; until cancelled.
    Awaitable<void> run();
    void follow_config() { changed_.notify_all(); }

    /// The operator's hold; in force when this returns, and on disk.
    Awaitable<void> pause(std::string text, std::optional<std::chrono::seconds> duration,
                          bool drain);
    /// False where there was none. Lifted even where that cannot be recorded; throws then.
    Awaitable<bool> resume();

    /// For the holds that the machine sets itself. Said once; a hold of the same text is not new.
    void set(HoldReason reason, std::string text, std::optional<WallTime> until = std::nullopt);
    void lift(HoldReason reason);

    const Holds& holds() const { return holds_; }
    WorkClock::Span worked() const { return work_clock_.worked(clock_.now()); }

    Awaitable<void> until_tasks_may_start();
    Awaitable<void> until_claims_may_begin();
    /// Called after each change of the holds.
    void on_change(std::function<void()> call) { on_change_.push_back(std::move(call)); }
    /// Called once tasks were cleaned up.
    void on_clean_up(std::function<void()> call) { on_clean_up_ = std::move(call); }

private:
    enum class Woken { by_change, by_time, by_end_of_hold, by_memory };
    Awaitable<void> lift_ended();
    Awaitable<bool> forget_hold();
    Awaitable<Woken> sleep();
    Awaitable<void> until_end_of_hold();
    std::optional<Ticks> clean_up_time() const;
    Awaitable<void> clean_up(std::string why);

    void take_effect(const Hold& hold);
    void suspend_or_continue();
    void tell_of_change();
    void say(EventKind kind, Severity severity, const std::string& message);

    const PauseConfig& config_;
    Processes& processes_;
    MemoryPressure& memory_;
    Ledger& ledger_;
    Clock& clock_;
    Events& events_;
    HoldVoice voice_;
    Holds holds_;
    WorkClock work_clock_;
    std::optional<Ticks> suspended_since_;
    bool cleaned_up_ = false; ///< since then
    Notifier changed_;
    std::vector<std::function<void()>> on_change_;
    std::function<void()> on_clean_up_;
};

} // namespace av1encd
