#include "daemon/pipeline/places.hpp"

#include <algorithm>
#include <utility>

namespace av1encd {

Places::Places(boost::asio::any_io_executor executor, int count, std::function<bool()> may_give)
    : executor_(std::move(executor)),
      count_(count),
      may_give_(std::move(may_give)) {}

Places::Lease::Lease(Lease&& other) noexcept
    : places_(std::exchange(other.places_, nullptr)),
      place_(std::exchange(other.place_, -1)) {}

Places::Lease& Places::Lease::operator=(Lease&& other) noexcept {
    if (this != &other) {
        give_back();
        places_ = std::exchange(other.places_, nullptr);
        place_ = std::exchange(other.place_, -1);
    }
    return *this;
}

void Places::Lease::give_back() {
    if (auto* places = std::exchange(places_, nullptr))
        places->free(place_);
}

boost::asio::awaitable<Places::Lease> Places::take(Urgency urgency) {
    const auto request =
        requests_.insert(requests_.end(), Request{std::move(urgency), arrivals_++,
                                                  Notifier(executor_), std::nullopt});
    // Cancelled after the place was given but before this coroutine ran again: given back here.
    struct Departure {
        Places& places;
        std::list<Request>::iterator request;
        ~Departure() {
            const auto place = request->place;
            places.requests_.erase(request);
            if (place)
                places.free(*place);
        }
    } departure{*this, request};
    hand_out();
    while (!request->place)
        co_await request->given.wait();
    Lease lease(*this, *std::exchange(request->place, std::nullopt));
    co_return lease;
}

void Places::resize(int count) {
    count_ = count;
    hand_out();
}

int Places::used() const {
    return static_cast<int>(std::count(used_.begin(), used_.end(), true));
}

bool Places::anyone_waits() const {
    return std::any_of(requests_.begin(), requests_.end(),
                       [](const Request& request) { return !request.place; });
}

std::optional<int> Places::free_place() const {
    for (int place = 0; place < count_; ++place)
        if (static_cast<std::size_t>(place) >= used_.size() ||
            !used_[static_cast<std::size_t>(place)])
            return place;
    return std::nullopt;
}

void Places::hand_out() {
    while (may_give_()) {
        const auto place = free_place();
        if (!place)
            return;
        std::vector<WaitingSegment> waiting;
        std::vector<Request*> who;
        for (auto& request : requests_) {
            if (request.place)
                continue;
            waiting.push_back(request.urgency());
            waiting.back().order = request.order;
            who.push_back(&request);
        }
        const auto next = next_segment(waiting);
        if (!next)
            return;
        if (static_cast<std::size_t>(*place) >= used_.size())
            used_.resize(static_cast<std::size_t>(*place) + 1);
        used_[static_cast<std::size_t>(*place)] = true;
        who[*next]->place = place;
        who[*next]->given.notify_all();
    }
}

void Places::free(int place) {
    used_[static_cast<std::size_t>(place)] = false;
    hand_out();
}

} // namespace av1encd
