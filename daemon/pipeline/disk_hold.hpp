#pragma once
// The `disk` hold: set as long as somebody waits for room, in work_dir or in the output.

#include "daemon/pipeline/pauser.hpp"
#include "daemon/pipeline/ports/clock.hpp"
#include "daemon/pipeline/ports/share.hpp"
#include "daemon/pipeline/ports/work_dir.hpp"

namespace av1encd {

class DiskHold {
public:
    DiskHold(Pauser& pauser, WorkDir& work_dir, Share& share, Clock& clock);

    /// Until work_dir has room for `bytes` more, or is as good as empty; at once where it has.
    Awaitable<void> room_in_work_dir(std::uint64_t bytes);
    /// After something found work_dir full: the same, but for a moment at least, as the figures may
    /// say otherwise (quota, blocks kept for root).
    Awaitable<void> after_full_work_dir(std::uint64_t bytes);
    /// The same, where the ledger could not record something.
    Awaitable<void> after_full_ledger();
    /// After something that says nothing of the source (ffmpeg cannot be started): for a while that
    /// grows with the number of times in a row, from 1.
    Awaitable<void> after_machine_fault(std::string cause, int times);
    /// For a moment at least and until the output has room for `bytes`. A refusal for another
    /// reason (read-only, over quota) shows in no figure and is only found out by the next try, so
    /// the caller keeps its Waiting until that has worked.
    Awaitable<void> wait_for_output(std::uint64_t bytes);

    /// The hold lasts as long as any of these.
    class Waiting {
    public:
        Waiting(DiskHold& hold, const std::string& reason);
        ~Waiting();
        Waiting(const Waiting&) = delete;
        Waiting& operator=(const Waiting&) = delete;

    private:
        DiskHold& hold_;
    };

private:
    bool has_room(std::uint64_t bytes);

    Pauser& pauser_;
    WorkDir& work_dir_;
    Share& share_;
    Clock& clock_;
    int waiting_ = 0;
};

} // namespace av1encd
