#include "daemon/core/memory_limits.hpp"

#include "daemon/core/pixel_format.hpp"

#include <algorithm>

namespace av1encd {

namespace {

constexpr std::uint64_t mebibyte = 1ULL << 20;

// Program and libraries, and what does not grow with the pictures: the index of ten million packets
// (limits.frames) takes a gigabyte on the way in and out of an MP4.
constexpr std::uint64_t whatever_the_picture = 2048 * mebibyte;

// Its stack of 8 MiB is hardly ever touched, and counts in full.
constexpr std::uint64_t of_a_thread = 16 * mebibyte;

std::uint64_t components_in_half_pixels(Chroma chroma) {
    switch (chroma) {
    case Chroma::yuv422:
    case Chroma::yuv440: return 4;
    case Chroma::yuv444:
    case Chroma::rgb: return 6;
    default: return 3;
    }
}

/// Of one decoded picture. A stream may change to another size in its midst, so none counts as
/// smaller than 1080p.
std::uint64_t picture_bytes(const StreamInfo& video) {
    constexpr std::uint64_t smallest = 1920ULL * 1088;
    const auto pixels =
        std::max(smallest, static_cast<std::uint64_t>(std::max(0, video.width)) *
                               static_cast<std::uint64_t>(std::max(0, video.height)));
    // A format without a name here may be any.
    const auto format =
        parse_pixel_format(video.pixel_format).value_or(PixelFormat{Chroma::yuv444, 16});
    const std::uint64_t bytes = format.bits > 16 ? 4 : format.bits > 8 ? 2 : 1;
    return pixels * bytes * (components_in_half_pixels(format.chroma) + (format.alpha ? 2 : 0)) / 2;
}

int decoder_threads(const MachineSize& machine) {
    constexpr int most = 16; // FFmpeg's own bound
    return std::min(machine.cores, most) + 1;
}

std::uint64_t pictures_to_decode(const MachineSize& machine) {
    // 16 references and as many in each thread's hands.
    return 64 + 8 * static_cast<std::uint64_t>(decoder_threads(machine));
}

struct Appetite {
    std::uint64_t pictures = 0;
    std::uint64_t pictures_a_thread = 0;
    std::uint64_t threads_a_thread = 0; ///< that it starts for each it was told
};

Appetite appetite_of(Encoder encoder) {
    switch (encoder) {
    case Encoder::libsvtav1: return {500, 200, 60};
    case Encoder::libaom_av1: return {600, 50, 2};
    case Encoder::librav1e: return {1500, 50, 2};
    }
    return {};
}

/// Threads ask for more than the machine has and never touch it; what they touch is counted beside.
std::uint64_t within(const MachineSize& machine, std::uint64_t bytes, std::uint64_t of_threads) {
    if (machine.memory_bytes > 0)
        bytes = std::min(bytes, machine.memory_bytes);
    return bytes + of_threads;
}

} // namespace

std::uint64_t memory_to_look(const MachineSize& machine) {
    return within(machine, whatever_the_picture, of_a_thread);
}

std::uint64_t memory_to_decode(const StreamInfo& video, const MachineSize& machine) {
    const auto threads = static_cast<std::uint64_t>(decoder_threads(machine));
    return within(machine,
                  whatever_the_picture + pictures_to_decode(machine) * picture_bytes(video),
                  threads * of_a_thread);
}

std::uint64_t memory_to_encode(const VideoPlan& video, int threads, const MachineSize& machine) {
    const auto appetite = appetite_of(video.encoder);
    const auto told = static_cast<std::uint64_t>(threads > 0 ? threads : machine.cores);
    auto pictures = appetite.pictures + appetite.pictures_a_thread * told;
    // They may have it look further ahead, or in more ways.
    constexpr std::uint64_t whatever_is_asked = 3;
    if (!video.extra_args.empty())
        pictures *= whatever_is_asked;
    pictures += pictures_to_decode(machine);
    const auto all_threads = static_cast<std::uint64_t>(decoder_threads(machine)) +
                             appetite.threads_a_thread * (told + 1);
    return within(machine, whatever_the_picture + pictures * picture_bytes(video.source),
                  all_threads * of_a_thread);
}

} // namespace av1encd
