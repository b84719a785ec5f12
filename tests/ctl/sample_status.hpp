#pragma once
// What the daemon may say of itself: one slot is busy, one waits, a chunk is done.

#include "common/status.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace av1encd {

inline SlotStatus idle_slot(int number) {
    SlotStatus slot;
    slot.slot = number;
    return slot;
}

/// One whose times are not known yet.
inline SlotStatus begun_slot(int number, std::string source, int crf, std::uint64_t done,
                             std::uint64_t total) {
    auto slot = idle_slot(number);
    slot.pid = 4242;
    slot.source = std::move(source);
    slot.crf = crf;
    slot.segment = 2;
    slot.segments = 7;
    slot.done_bytes = done;
    slot.total_bytes = total;
    return slot;
}

inline SlotStatus busy_slot(int number, std::string source, int crf) {
    auto slot = begun_slot(number, std::move(source), crf, 84'000'000, 100'000'000);
    slot.elapsed_s = 24;
    slot.eta_s = 5;
    return slot;
}

inline Status sample_status() {
    Status status;
    status.version = "0.1.0";
    status.machine = "m1";
    status.state = "running";
    status.jobs = {3, 1, 2, 12, 4, 5};
    status.totals = {1'200'000'000, 3723, 18.44};
    status.slots = {busy_slot(1, "sample1.mp4", 24), idle_slot(2)};
    status.chunks = {{"chunk01", 145'000'000, 150'000'000, 39, true}};
    return status;
}

} // namespace av1encd
