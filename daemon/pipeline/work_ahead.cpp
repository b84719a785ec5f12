#include "daemon/pipeline/work_ahead.hpp"

#include <utility>

namespace av1encd {

WorkAhead::Entry::Entry(WorkAhead& all, Part part)
    : all_(all),
      which_(all.parts_.insert(all.parts_.end(), std::move(part))) {}

WorkAhead::Entry::~Entry() {
    all_.parts_.erase(which_);
}

WorkLeft WorkAhead::left() const {
    WorkLeft sum;
    for (const auto& part : parts_) {
        const auto one = part();
        sum.to_begin += one.to_begin;
        sum.running += one.running;
        sum.segments += one.segments;
        sum.more_to_come = sum.more_to_come || one.more_to_come;
    }
    return sum;
}

} // namespace av1encd
