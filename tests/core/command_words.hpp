#pragma once
// What tests of command lines share: a plan to begin with, and a look at the words made of it.

#include "daemon/core/encode_plan.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace av1encd {

using Words = std::vector<std::string>;

inline EncodePlan plan_of_video(const std::string& pixel_format = "yuv420p") {
    EncodePlan plan;
    plan.video.source.kind = StreamKind::video;
    plan.video.source.time_base = {1, 90000};
    plan.video.source.average_frame_rate = {25, 1};
    plan.video.source.pixel_format = pixel_format;
    plan.video.pixel_format = "yuv420p";
    return plan;
}

/// The value of an option that is there once.
inline std::string value_of(const Words& words, const std::string& option) {
    if (std::ranges::count(words, option) != 1)
        return "not there once";
    return *std::next(std::ranges::find(words, option));
}

} // namespace av1encd
