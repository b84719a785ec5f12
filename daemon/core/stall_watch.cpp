#include "daemon/core/stall_watch.hpp"

#include <algorithm>

namespace av1encd {

namespace {

using namespace std::chrono_literals;

constexpr StallWatch::Span least = 2min;

// ffmpeg says nothing while it flushes an encoder, which holds back some dozens of frames; the rest
// is room for frames that are slower than the average.
constexpr int frames_of_silence = 200;

// A scene may be so many times harder than any before.
constexpr int harder_than_before = 5;

// Before its first frame comes out, libaom encodes what it looks ahead, on one core and perhaps at
// cpu-used 0. This gives a picture of 1080p 35 minutes, one of 320x240 the least.
constexpr std::chrono::microseconds first_frames_per_pixel = 1ms;

// What looks further apart than this did not see counts as so much.
constexpr StallWatch::Span longest_between_looks = 1min;

/// The part of the time in which it had the CPU, or did not want it.
double share_of_cpu(const StallWatch::Look& before, const StallWatch::Look& now) {
    // Threads that ended take their figures along.
    const auto used = std::max(now.cpu_used - before.cpu_used, StallWatch::Span::zero());
    const auto waited =
        std::max(now.cpu_waited_for - before.cpu_waited_for, StallWatch::Span::zero());
    const auto wanted = used + waited;
    if (wanted == StallWatch::Span::zero())
        return 1;
    return static_cast<double>(used.count()) / static_cast<double>(wanted.count());
}

} // namespace

StallWatch::StallWatch(std::uint64_t picture_pixels, const Look& first)
    : picture_pixels_(picture_pixels),
      last_(first) {}

std::optional<StallWatch::Span> StallWatch::stalled(const Look& look) {
    const auto passed = std::min(look.ran - last_.ran, longest_between_looks);
    worked_ += std::chrono::duration_cast<Span>(passed * share_of_cpu(last_, look));
    const bool progressed = look.frames != last_.frames || look.bytes != last_.bytes;
    last_ = look;
    const auto gap = worked_ - progressed_at_;
    if (progressed) {
        longest_gap_ = std::max(longest_gap_, gap);
        progressed_at_ = worked_;
        return std::nullopt;
    }
    if (gap < patience())
        return std::nullopt;
    return gap;
}

StallWatch::Span StallWatch::patience() const {
    if (last_.frames <= 0)
        return std::max<Span>(least, picture_pixels_ * first_frames_per_pixel);
    return std::max({least, progressed_at_ / last_.frames * frames_of_silence,
                     longest_gap_ * harder_than_before});
}

} // namespace av1encd
