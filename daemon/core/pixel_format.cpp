#include "daemon/core/pixel_format.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace av1encd {

namespace {

using Known = std::pair<std::string_view, PixelFormat>;

/// Those whose names follow no rule, without the mark of their byte order.
constexpr std::array known_formats = {
    Known{"nv12", {Chroma::yuv420, 8}},       Known{"nv21", {Chroma::yuv420, 8}},
    Known{"p010", {Chroma::yuv420, 10}},      Known{"p016", {Chroma::yuv420, 16}},
    Known{"nv16", {Chroma::yuv422, 8}},       Known{"yuyv422", {Chroma::yuv422, 8}},
    Known{"uyvy422", {Chroma::yuv422, 8}},    Known{"yvyu422", {Chroma::yuv422, 8}},
    Known{"nv20", {Chroma::yuv422, 10}},      Known{"p210", {Chroma::yuv422, 10}},
    Known{"y210", {Chroma::yuv422, 10}},      Known{"y212", {Chroma::yuv422, 12}},
    Known{"p216", {Chroma::yuv422, 16}},      Known{"nv24", {Chroma::yuv444, 8}},
    Known{"nv42", {Chroma::yuv444, 8}},       Known{"p410", {Chroma::yuv444, 10}},
    Known{"p416", {Chroma::yuv444, 16}},      Known{"ayuv64", {Chroma::yuv444, 16, true}},
    Known{"uyyvyy411", {Chroma::yuv411, 8}},  Known{"gray", {Chroma::none, 8}},
    Known{"grayf32", {Chroma::none, 32}},     Known{"monow", {Chroma::none, 1}},
    Known{"monob", {Chroma::none, 1}},        Known{"ya8", {Chroma::none, 8, true}},
    Known{"ya16", {Chroma::none, 16, true}},  Known{"pal8", {Chroma::rgb, 8}},
    Known{"rgb8", {Chroma::rgb, 8}},          Known{"bgr8", {Chroma::rgb, 8}},
    Known{"rgb4", {Chroma::rgb, 8}},          Known{"bgr4", {Chroma::rgb, 8}},
    Known{"rgb4_byte", {Chroma::rgb, 8}},     Known{"bgr4_byte", {Chroma::rgb, 8}},
    Known{"rgb444", {Chroma::rgb, 8}},        Known{"bgr444", {Chroma::rgb, 8}},
    Known{"rgb555", {Chroma::rgb, 8}},        Known{"bgr555", {Chroma::rgb, 8}},
    Known{"rgb565", {Chroma::rgb, 8}},        Known{"bgr565", {Chroma::rgb, 8}},
    Known{"rgb24", {Chroma::rgb, 8}},         Known{"bgr24", {Chroma::rgb, 8}},
    Known{"rgb0", {Chroma::rgb, 8}},          Known{"bgr0", {Chroma::rgb, 8}},
    Known{"0rgb", {Chroma::rgb, 8}},          Known{"0bgr", {Chroma::rgb, 8}},
    Known{"rgba", {Chroma::rgb, 8, true}},    Known{"bgra", {Chroma::rgb, 8, true}},
    Known{"argb", {Chroma::rgb, 8, true}},    Known{"abgr", {Chroma::rgb, 8, true}},
    Known{"x2rgb10", {Chroma::rgb, 10}},      Known{"x2bgr10", {Chroma::rgb, 10}},
    Known{"rgb48", {Chroma::rgb, 16}},        Known{"bgr48", {Chroma::rgb, 16}},
    Known{"rgba64", {Chroma::rgb, 16, true}}, Known{"bgra64", {Chroma::rgb, 16, true}},
    Known{"gbrpf32", {Chroma::rgb, 32}},      Known{"gbrapf32", {Chroma::rgb, 32, true}},
};

/// Planar formats: what stands before the number of bits, which is left out where it is 8.
constexpr std::array planar_formats = {
    Known{"yuv410p", {Chroma::yuv410}},
    Known{"yuv411p", {Chroma::yuv411}},
    Known{"yuvj411p", {Chroma::yuv411, 8, false, true}},
    Known{"yuv420p", {Chroma::yuv420}},
    Known{"yuvj420p", {Chroma::yuv420, 8, false, true}},
    Known{"yuva420p", {Chroma::yuv420, 8, true}},
    Known{"yuv422p", {Chroma::yuv422}},
    Known{"yuvj422p", {Chroma::yuv422, 8, false, true}},
    Known{"yuva422p", {Chroma::yuv422, 8, true}},
    Known{"yuv440p", {Chroma::yuv440}},
    Known{"yuvj440p", {Chroma::yuv440, 8, false, true}},
    Known{"yuv444p", {Chroma::yuv444}},
    Known{"yuvj444p", {Chroma::yuv444, 8, false, true}},
    Known{"yuva444p", {Chroma::yuv444, 8, true}},
    Known{"gray", {Chroma::none}},
    Known{"gbrp", {Chroma::rgb}},
    Known{"gbrap", {Chroma::rgb, 8, true}},
};

std::string_view without_byte_order(std::string_view name) {
    const bool marked = name.size() > 2 && (name.ends_with("le") || name.ends_with("be"));
    const auto rest = name.substr(0, name.size() - (marked ? 2 : 0));
    return marked && rest.back() >= '0' && rest.back() <= '9' ? rest : name;
}

std::optional<PixelFormat> parse_planar(std::string_view name) {
    for (const auto& [beginning, format] : planar_formats) {
        if (!name.starts_with(beginning))
            continue;
        const auto number = name.substr(beginning.size());
        if (number.empty())
            return format;
        int bits = 0;
        const auto* const end = number.data() + number.size();
        const auto result = std::from_chars(number.data(), end, bits);
        if (result.ec != std::errc() || result.ptr != end || bits < 9 || bits > 16)
            continue;
        auto deeper = format;
        deeper.bits = bits;
        return deeper;
    }
    return std::nullopt;
}

std::string_view planar_name(Chroma chroma) {
    switch (chroma) {
    case Chroma::none: return "gray";
    case Chroma::yuv420: return "yuv420p";
    case Chroma::yuv422: return "yuv422p";
    case Chroma::rgb: return "gbrp";
    default: return "yuv444p";
    }
}

Chroma nearest_chroma(Chroma chroma) {
    switch (chroma) {
    case Chroma::yuv410: return Chroma::yuv420;
    case Chroma::yuv411: return Chroma::yuv422;
    case Chroma::yuv440: return Chroma::yuv444;
    default: return chroma;
    }
}

int nearest_bits(int bits) {
    if (bits <= 8)
        return 8;
    return bits <= 10 ? 10 : 12;
}

} // namespace

std::optional<PixelFormat> parse_pixel_format(std::string_view name) {
    const auto plain = without_byte_order(name);
    const auto* const known = std::ranges::find(known_formats, plain, &Known::first);
    return known != known_formats.end() ? std::optional(known->second) : parse_planar(plain);
}

Av1Format nearest_av1_format(const PixelFormat& source) {
    Av1Format nearest;
    nearest.format.chroma = nearest_chroma(source.chroma);
    nearest.format.bits = nearest_bits(source.bits);
    nearest.format.full_range = source.full_range;
    nearest.name = planar_name(nearest.format.chroma);
    if (nearest.format.bits > 8)
        nearest.name += fmt::format("{}le", nearest.format.bits);
    if (source.alpha)
        nearest.notes.emplace_back("the alpha channel is left out: AV1 has none");
    if (nearest.format.chroma != source.chroma)
        nearest.notes.push_back(
            fmt::format("the chroma is enlarged to {}, the nearest that AV1 has", nearest.name));
    if (nearest.format.bits < source.bits)
        nearest.notes.push_back(
            fmt::format("{} bits of a component become 12, the most that AV1 has",
                        source.bits == 32 ? "floating point" : std::to_string(source.bits)));
    return nearest;
}

} // namespace av1encd
