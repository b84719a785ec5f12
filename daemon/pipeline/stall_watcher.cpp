#include "daemon/pipeline/stall_watcher.hpp"

#include "common/quantities.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace av1encd {

namespace {

// A quarter of the least that core/stall_watch gives.
constexpr std::chrono::seconds between_looks{30};

} // namespace

StallWatcher::StallWatcher(const boost::asio::any_io_executor& executor, const Slots& slots,
                           Pauser& pauser, Processes& processes, Clock& clock, EventHub& hub)
    : slots_(slots),
      pauser_(pauser),
      processes_(processes),
      clock_(clock),
      changed_(executor),
      listener_(hub, [this](const Event& event) {
          if (event.kind == EventKind::segment_started)
              changed_.notify_all();
      }) {
    pauser_.on_change([this] { changed_.notify_all(); });
}

Awaitable<void> StallWatcher::run() {
    for (;;) {
        const bool idle =
            std::ranges::none_of(slots_.works(), [](const auto& work) { return work.has_value(); });
        if (idle || pauser_.holds().suspends_tasks()) {
            co_await changed_.wait();
            continue;
        }
        look();
        co_await clock_.wait_until(clock_.now() + between_looks);
    }
}

void StallWatcher::look() {
    decltype(watches_) watches;
    for (const auto& work : slots_.works()) {
        if (!work || !work->pid)
            continue;
        const auto now = look_at(*work);
        const std::pair key(*work->pid, work->begun);
        auto watch = watches_.extract(key);
        if (watch.empty()) {
            watches.emplace(key, StallWatch(work->picture_pixels, now));
        } else if (const auto time = watch.mapped().stalled(now)) {
            processes_.end_stalled(
                *work->pid,
                fmt::format("it made no progress for {}",
                            print_duration(std::chrono::floor<std::chrono::seconds>(*time))));
        } else {
            watches.insert(std::move(watch));
        }
    }
    watches_ = std::move(watches);
}

StallWatch::Look StallWatcher::look_at(const SlotWork& work) const {
    const auto cpu = processes_.cpu_times(*work.pid);
    return {pauser_.worked(), work.frames, work.output_bytes, cpu.used, cpu.waited_for};
}

} // namespace av1encd
