#include "daemon/pipeline/disk_hold.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace av1encd {

namespace {

constexpr std::uint64_t room_for_records = 4ULL << 20;
// The kernel tells nobody when room comes back.
constexpr std::chrono::seconds between_looks{2};

// No file system is ever empty to the last block.
constexpr std::uint64_t most_kept_back = 16;

std::string in_mib(std::uint64_t bytes) {
    return fmt::format("{} MiB", (bytes >> 20) + 1);
}

} // namespace

DiskHold::DiskHold(Pauser& pauser, WorkDir& work_dir, Share& share, Clock& clock)
    : pauser_(pauser),
      work_dir_(work_dir),
      share_(share),
      clock_(clock) {}

DiskHold::Waiting::Waiting(DiskHold& hold, const std::string& reason) : hold_(hold) {
    ++hold_.waiting_;
    hold_.pauser_.set(HoldReason::disk, reason);
}

DiskHold::Waiting::~Waiting() {
    if (--hold_.waiting_ == 0)
        hold_.pauser_.lift(HoldReason::disk);
}

bool DiskHold::has_room(std::uint64_t bytes) {
    const auto total = work_dir_.total_bytes();
    return work_dir_.free_bytes() >= std::min(bytes, total - total / most_kept_back);
}

Awaitable<void> DiskHold::room_in_work_dir(std::uint64_t bytes) {
    if (!has_room(bytes))
        co_await after_full_work_dir(bytes);
}

Awaitable<void> DiskHold::after_full_work_dir(std::uint64_t bytes) {
    const Waiting waiting(*this,
                          fmt::format("work_dir is full: {} of free space are needed; it goes "
                                      "on by itself once there is room",
                                      in_mib(bytes)));
    do {
        co_await clock_.wait_until(clock_.now() + between_looks);
    } while (!has_room(bytes));
}

Awaitable<void> DiskHold::after_full_ledger() {
    return after_full_work_dir(room_for_records);
}

Awaitable<void> DiskHold::after_machine_fault(std::string cause, int times) {
    const Waiting waiting(*this, cause + "; it is tried again by itself");
    constexpr int most_doublings = 5;
    co_await clock_.wait_until(clock_.now() +
                               between_looks * (1 << std::min(times - 1, most_doublings)));
}

Awaitable<void> DiskHold::wait_for_output(std::uint64_t bytes) {
    for (;;) {
        co_await clock_.wait_until(clock_.now() + between_looks);
        const auto space = co_await share_.free_space();
        if (space.output_bytes > bytes)
            co_return;
    }
}

} // namespace av1encd
