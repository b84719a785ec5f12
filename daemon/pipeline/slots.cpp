#include "daemon/pipeline/slots.hpp"

#include <algorithm>
#include <utility>

namespace av1encd {

Slots::Slots(const boost::asio::any_io_executor& executor, Pauser& pauser, int workers)
    : pauser_(pauser),
      segments_(executor, workers,
                [&pauser] { return !pauser.holds().keeps_tasks_from_starting(); }),
      beside_(executor, workers, [&pauser] { return !pauser.holds().keeps_tasks_from_starting(); }),
      works_(static_cast<std::size_t>(workers)) {
    pauser_.on_change([this] {
        segments_.hand_out();
        beside_.hand_out();
    });
}

Slots::Lease::Lease(Slots& slots, Places::Lease place) : slots_(&slots), place_(std::move(place)) {}

Slots::Lease::Lease(Lease&& other) noexcept
    : slots_(std::exchange(other.slots_, nullptr)),
      place_(std::move(other.place_)) {}

Slots::Lease::~Lease() {
    if (slots_ != nullptr)
        slots_->works_[static_cast<std::size_t>(place_.place())].reset();
}

void Slots::Lease::begin(SlotWork work) {
    work.begun = slots_->pauser_.worked();
    slots_->works_[static_cast<std::size_t>(place_.place())] = std::move(work);
}

SlotWork& Slots::Lease::work() {
    return *slots_->works_[static_cast<std::size_t>(place_.place())];
}

Awaitable<Slots::Lease> Slots::take(Places::Urgency urgency) {
    auto place = co_await segments_.take(std::move(urgency));
    if (static_cast<std::size_t>(place.place()) >= works_.size())
        works_.resize(static_cast<std::size_t>(place.place()) + 1);
    Lease lease(*this, std::move(place));
    co_return lease;
}

Awaitable<Places::Lease> Slots::take_beside(int chunk) {
    const WaitingSegment urgency{chunk, 0, 0};
    co_return co_await beside_.take(urgency);
}

void Slots::resize(int workers) {
    if (static_cast<std::size_t>(workers) > works_.size())
        works_.resize(static_cast<std::size_t>(workers));
    segments_.resize(workers);
    beside_.resize(workers);
}

} // namespace av1encd
