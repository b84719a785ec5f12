#include "daemon/system/idle_watch.hpp"

#include "common/quantities.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace av1encd {

IdleWatch::IdleWatch(pid_t group, const Patience& patience, Span now)
    : group_(group),
      patience_(patience),
      last_(activity_of_group(group)),
      looked_at_(now) {}

std::optional<std::string> IdleWatch::look(Span now, Span spoken_at, bool complained) {
    const auto seen = activity_of_group(group_);
    const bool active = seen.busy || seen != last_ || spoken_at > looked_at_;
    // Where it took longer, the whole service may have been frozen.
    const auto passed = std::min<Span>(now - looked_at_, 2 * patience_.between_looks);
    idle_ = active ? Span::zero() : idle_ + passed;
    looked_at_ = now;
    last_ = seen;
    const bool in_trouble = complained && !seen.stopped;
    const auto patience = in_trouble ? patience_.stall : patience_.silence;
    if (idle_ < patience)
        return std::nullopt;
    const char* what = seen.stopped ? "was stopped by somebody else"
                       : in_trouble ? "complained and then slept"
                                    : "slept and said nothing";
    return fmt::format("it {} for {}", what, print_duration(patience));
}

} // namespace av1encd
