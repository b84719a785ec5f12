#include "daemon/core/opus_layout.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace av1encd {

namespace {

struct Carrier {
    std::string_view source;
    std::string_view opus;
};

/// The same places for the ear; FFmpeg's libopus refuses the name on the left.
constexpr std::array same_places = {
    Carrier{"mono", "mono"},     Carrier{"stereo", "stereo"}, Carrier{"downmix", "stereo"},
    Carrier{"3.0", "3.0"},       Carrier{"quad", "quad"},     Carrier{"quad(side)", "quad"},
    Carrier{"5.0", "5.0"},       Carrier{"5.0(side)", "5.0"}, Carrier{"5.1", "5.1"},
    Carrier{"5.1(side)", "5.1"}, Carrier{"6.1", "6.1"},       Carrier{"6.1(back)", "6.1"},
    Carrier{"7.1", "7.1"},
};

/// Every channel finds its place, some stay silent.
constexpr std::array roomier = {
    Carrier{"2.1", "5.1"}, Carrier{"3.0(back)", "6.1"}, Carrier{"3.1", "5.1"},
    Carrier{"4.0", "6.1"}, Carrier{"4.1", "6.1"},       Carrier{"6.0", "6.1"},
    Carrier{"7.0", "7.1"}, Carrier{"hexagonal", "6.1"},
};

/// What FFmpeg takes a number of channels for whose places nobody told.
constexpr std::array<std::string_view, 8> guessed = {"mono", "stereo", "2.1", "4.0",
                                                     "5.0",  "5.1",    "6.1", "7.1"};

int channels_of(std::string_view opus_layout) {
    constexpr std::array<std::pair<std::string_view, int>, 8> known = {{
        {"mono", 1},
        {"stereo", 2},
        {"3.0", 3},
        {"quad", 4},
        {"5.0", 5},
        {"5.1", 6},
        {"6.1", 7},
        {"7.1", 8},
    }};
    return std::ranges::find(known, opus_layout, &std::pair<std::string_view, int>::first)->second;
}

OpusLayout named(std::string_view opus_layout, std::string note = {}) {
    return {std::string(opus_layout), channels_of(opus_layout), std::move(note)};
}

} // namespace

OpusLayout opus_layout_for(const StreamInfo& audio) {
    std::string_view source = audio.channel_layout;
    if (source.empty() && audio.channels > static_cast<int>(guessed.size()))
        return {"", audio.channels,
                fmt::format("{} channels whose places are not told stay so", audio.channels)};
    if (source.empty())
        source = guessed.at(static_cast<std::size_t>(std::max(audio.channels, 1)) - 1);
    const auto* const same = std::ranges::find(same_places, source, &Carrier::source);
    if (same != same_places.end())
        return named(same->opus);
    const auto* const room = std::ranges::find(roomier, source, &Carrier::source);
    if (room != roomier.end())
        return named(room->opus, fmt::format("{} is carried in {}", source, room->opus));
    return named("7.1", fmt::format("{} is mixed to 7.1, the most that Opus has", source));
}

std::uint64_t opus_bitrate(std::uint64_t wanted, const OpusLayout& layout) {
    constexpr std::uint64_t most_of_a_channel = 256'000;
    return std::min(wanted, most_of_a_channel * static_cast<std::uint64_t>(layout.channels));
}

} // namespace av1encd
