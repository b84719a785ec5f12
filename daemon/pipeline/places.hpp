#pragma once
// A number of places, numbered from 0, and those who wait for one, served in the order of
// core/task_order. A place is given back by the destruction of its Lease, however that comes about.

#include "daemon/core/task_order.hpp"
#include "daemon/pipeline/notifier.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <list>
#include <optional>
#include <vector>

namespace av1encd {

class Places {
public:
    /// `may_give`: whether places may be given out now; when that changes, hand_out() is called.
    Places(boost::asio::any_io_executor executor, int count, std::function<bool()> may_give);

    /// Ends the use of a place. Movable; an empty one holds none.
    class Lease {
    public:
        Lease() = default;
        Lease(Places& places, int place) : places_(&places), place_(place) {}
        Lease(Lease&& other) noexcept;
        Lease& operator=(Lease&& other) noexcept;
        ~Lease() { give_back(); }

        int place() const { return place_; }

    private:
        void give_back();
        Places* places_ = nullptr;
        int place_ = -1;
    };

    /// Asked anew each time that a place is given out.
    using Urgency = std::function<WaitingSegment()>;

    /// Waits for a place. Cancelling gives up the wait.
    boost::asio::awaitable<Lease> take(Urgency urgency);
    boost::asio::awaitable<Lease> take(WaitingSegment urgency) {
        return take([urgency] { return urgency; });
    }
    /// Fewer places end as their users do.
    void resize(int count);
    void hand_out();

    int count() const { return count_; }
    int used() const;
    bool anyone_waits() const;

private:
    struct Request {
        Urgency urgency;
        std::uint64_t order = 0; ///< of arrival
        Notifier given;
        std::optional<int> place;
    };
    std::optional<int> free_place() const;
    void free(int place);

    boost::asio::any_io_executor executor_;
    int count_;
    std::function<bool()> may_give_;
    std::vector<bool> used_; ///< grows to the highest place that was ever given out
    std::list<Request> requests_;
    std::uint64_t arrivals_ = 0;
};

} // namespace av1encd
