#include "daemon/core/encoder_record.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace av1encd {

namespace {

// Of no encoder in particular: 480p at the speed of a slow preset.
constexpr double usual_pixels_a_second = 4e6;

/// How much longer a CRF takes than the worst one: 24 about twice as long as 60, with libaom and
/// SVT-AV1 alike.
double effort(int crf) {
    constexpr double worst_crf = 63;
    constexpr double crf_that_doubles = 36;
    return std::exp2((worst_crf - crf) / crf_that_doubles);
}

} // namespace

void EncoderRecord::add(const Kind& kind, const Run& run) {
    if (run.pixels > 0 && run.seconds > 0) {
        auto& speed = speeds_[kind];
        speed.pixels += run.pixels;
        speed.seconds += run.seconds;
    }
    if (run.peak_memory_bytes > 0) {
        auto& peak = memory_[kind.encoder][run.pixels_a_picture];
        peak = std::max(peak, run.peak_memory_bytes);
    }
}

double EncoderRecord::seconds_for(const Kind& kind, double pixels) const {
    const Speed* nearest = nullptr;
    int nearest_crf = 0;
    for (const auto& [seen, speed] : speeds_) {
        if (seen.encoder != kind.encoder || seen.preset != kind.preset)
            continue;
        if (nearest != nullptr && std::abs(seen.crf - kind.crf) >= std::abs(nearest_crf - kind.crf))
            continue;
        nearest = &speed;
        nearest_crf = seen.crf;
    }
    if (nearest == nullptr)
        return pixels / usual_pixels_a_second * effort(kind.crf);
    return pixels * nearest->seconds / nearest->pixels * effort(kind.crf) / effort(nearest_crf);
}

std::optional<std::uint64_t> EncoderRecord::memory_for(Encoder encoder,
                                                       double pixels_a_picture) const {
    const auto seen = memory_.find(encoder);
    if (seen == memory_.end())
        return std::nullopt;
    // By the largest picture that was seen and is no larger, and in proportion to it.
    auto size = seen->second.upper_bound(pixels_a_picture);
    if (size != seen->second.begin())
        --size;
    const auto scale = std::max(1.0, pixels_a_picture / std::max(1.0, size->first));
    return static_cast<std::uint64_t>(static_cast<double>(size->second) * scale);
}

} // namespace av1encd
