#include "daemon/core/screen_content.hpp"

#include <algorithm>

namespace av1encd {

namespace {

constexpr std::size_t frame_header_bytes = 12;
/// The headers are in front; the rest of a frame is passed over.
constexpr std::uint64_t enough_of_a_frame = 256;

unsigned byte_at(std::string_view bytes, std::size_t index) {
    return static_cast<unsigned char>(bytes[index]);
}

std::uint64_t little_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (auto at = bytes.size(); at > 0; --at)
        value = value << 8U | byte_at(bytes, at - 1);
    return value;
}

/// AV1's leb128, taken off `bytes`.
std::optional<std::uint64_t> cut_size(std::string_view& bytes) {
    constexpr std::size_t longest = 8;
    std::uint64_t value = 0;
    for (std::size_t at = 0; at < std::min(bytes.size(), longest); ++at) {
        value |= std::uint64_t{byte_at(bytes, at) & 0x7fU} << (7 * at);
        if ((byte_at(bytes, at) & 0x80U) == 0) {
            bytes.remove_prefix(at + 1);
            return value;
        }
    }
    return std::nullopt;
}

struct Obu {
    unsigned type = 0;
    std::string_view payload; ///< as far as it was read
};

std::optional<Obu> cut_obu(std::string_view& unit) {
    const auto header = byte_at(unit, 0);
    const bool extended = (header & 4U) != 0;
    const bool has_size = (header & 2U) != 0;
    unit.remove_prefix(std::min<std::size_t>(extended ? 2 : 1, unit.size()));
    if (!has_size)
        return std::nullopt;
    const auto size = cut_size(unit);
    if (!size)
        return std::nullopt;
    const Obu obu{header >> 3U & 15U, unit.substr(0, *size)};
    unit.remove_prefix(obu.payload.size());
    return obu;
}

/// A still picture's short headers, or times of a decoder model, would shift the bits of a frame.
bool has_plain_frames(std::string_view sequence_header) {
    constexpr unsigned reduced_still_picture = 8;
    constexpr unsigned timing_info_present = 4;
    return !sequence_header.empty() &&
           (byte_at(sequence_header, 0) & (reduced_still_picture | timing_info_present)) == 0;
}

/// allow_screen_content_tools of the first frame; AV1 specification, 5.9.2.
std::optional<bool> screen_content_tools(std::string_view unit) {
    constexpr unsigned sequence = 1;
    constexpr unsigned frame_header = 3;
    constexpr unsigned frame = 6;
    while (!unit.empty()) {
        const auto obu = cut_obu(unit);
        if (!obu || (obu->type == sequence && !has_plain_frames(obu->payload)))
            return std::nullopt;
        if (obu->type != frame_header && obu->type != frame)
            continue;
        // show_existing_frame 0, frame_type 00 (key), show_frame 1, disable_cdf_update, and it.
        if (obu->payload.empty() || byte_at(obu->payload, 0) >> 4U != 1)
            return std::nullopt;
        return (byte_at(obu->payload, 0) & 4U) != 0;
    }
    return std::nullopt;
}

} // namespace

std::vector<KeyframeContent> ScreenContentParser::feed(std::string_view bytes) {
    std::vector<KeyframeContent> found;
    while (part_ != Part::none && !bytes.empty()) {
        const auto passed = std::min<std::uint64_t>(to_pass_over_, bytes.size());
        to_pass_over_ -= passed;
        bytes.remove_prefix(passed);
        const auto more = bytes.substr(0, wanted_ - read_.size());
        read_.append(more);
        bytes.remove_prefix(more.size());
        if (to_pass_over_ == 0 && read_.size() == wanted_)
            finish_part(found);
    }
    return found;
}

void ScreenContentParser::finish_part(std::vector<KeyframeContent>& found) {
    switch (part_) {
    case Part::file_header: take_file_header(); break;
    case Part::frame_header: take_frame_header(); break;
    case Part::frame:
        found.push_back({frame_time_, screen_content_tools(read_)});
        to_pass_over_ = frame_bytes_ - read_.size();
        wanted_ = frame_header_bytes;
        part_ = Part::frame_header;
        break;
    case Part::none: break;
    }
    read_.clear();
}

void ScreenContentParser::take_file_header() {
    const std::string_view header = read_;
    const auto denominator = static_cast<std::int64_t>(little_endian(header.substr(16, 4)));
    const auto numerator = static_cast<std::int64_t>(little_endian(header.substr(20, 4)));
    const bool in_our_base = numerator * time_base_.den == denominator * time_base_.num;
    part_ = header.starts_with("DKIF") && in_our_base ? Part::frame_header : Part::none;
    wanted_ = frame_header_bytes;
}

void ScreenContentParser::take_frame_header() {
    frame_bytes_ = little_endian(std::string_view(read_).substr(0, 4));
    frame_time_ = static_cast<std::int64_t>(little_endian(std::string_view(read_).substr(4)));
    if (frame_bytes_ == 0)
        return;
    wanted_ = std::min(frame_bytes_, enough_of_a_frame);
    part_ = Part::frame;
}

} // namespace av1encd
