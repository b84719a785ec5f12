#pragma once
// Hands tasks to free slots. Segments hold slots; every other task runs beside them, at most as
// many at once as there are slots. Nothing is handed out while a hold forbids it.

#include "daemon/core/ffmpeg_progress.hpp"
#include "daemon/core/tally.hpp"
#include "daemon/pipeline/pauser.hpp"
#include "daemon/pipeline/places.hpp"

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace av1encd {

/// What runs in a slot, for those who look.
struct SlotWork {
    JobId job;
    std::string source; ///< bytes
    int crf = 0;
    int segment = 1; ///< from 1
    int segments = 1;
    std::uint64_t bytes = 0; ///< the segment's share of the source
    std::uint64_t picture_pixels = 0;
    std::optional<pid_t> pid;
    std::int64_t frames = 0;        ///< encoded so far
    std::uint64_t output_bytes = 0; ///< written so far
    double fraction = 0;            ///< of the segment
    double fps = 0;
    WorkClock::Span begun{};
};

class Slots {
public:
    Slots(const boost::asio::any_io_executor& executor, Pauser& pauser, int workers);

    /// A slot in use; shown as such from begin() on. Empty once moved from.
    class Lease {
    public:
        Lease(Slots& slots, Places::Lease place);
        Lease(Lease&& other) noexcept;
        ~Lease();
        Lease& operator=(Lease&&) = delete;
        void begin(SlotWork work);
        /// Of one that has begun, to be kept up to date.
        SlotWork& work();

    private:
        Slots* slots_;
        Places::Lease place_;
    };

    Awaitable<Lease> take(Places::Urgency urgency);
    Awaitable<Places::Lease> take_beside(int chunk);

    void resize(int workers);
    int count() const { return segments_.count(); }
    /// One entry a slot; nullopt where it is empty. Longer than count() while slots are given up.
    const std::vector<std::optional<SlotWork>>& works() const { return works_; }
    bool busy() const { return segments_.used() > 0 || beside_.used() > 0; }

private:
    Pauser& pauser_;
    Places segments_;
    Places beside_;
    std::vector<std::optional<SlotWork>> works_;
};

} // namespace av1encd
