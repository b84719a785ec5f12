#include "daemon/config/source_formats.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace av1encd {

namespace {

struct Demuxer {
    std::string_view name; ///< one of its names is enough for the whitelist
    std::string_view extensions;

    bool reads(std::string_view extension) const {
        return extensions.find(fmt::format(" {} ", extension)) != std::string_view::npos;
    }
};

constexpr std::array<Demuxer, 13> known_demuxers = {{
    {"mov", " 3g2 3gp f4v m4v mov mp4 qt "},
    {"matroska", " mk3d mkv webm "},
    {"mpegts", " m2t m2ts mts ts "},
    {"mpeg", " mpeg mpg vob "},
    {"avi", " avi divx "},
    {"asf", " asf wmv "},
    {"flv", " flv "},
    {"ogg", " ogg ogm ogv "},
    {"mxf", " mxf "},
    {"nut", " nut "},
    {"rm", " rm rmvb "},
    {"dv", " dv "},
    {"ivf", " ivf "},
}};

} // namespace

bool is_readable_extension(std::string_view extension) {
    return std::ranges::any_of(
        known_demuxers, [extension](const Demuxer& demuxer) { return demuxer.reads(extension); });
}

std::string demuxers_for(const std::vector<std::string>& extensions) {
    std::vector<std::string_view> names;
    for (const auto& demuxer : known_demuxers)
        if (std::ranges::any_of(extensions, [&demuxer](const std::string& extension) {
                return demuxer.reads(extension);
            }))
            names.push_back(demuxer.name);
    return fmt::format("{}", fmt::join(names, ","));
}

} // namespace av1encd
