#include "daemon/core/media_info.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <charconv>
#include <exception>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace av1encd {

namespace {

using nlohmann::json;

std::string lower_case(std::string text) {
    // Not std::tolower: the locale must not decide what a tag is called.
    for (auto& byte : text)
        if (byte >= 'A' && byte <= 'Z')
            byte = static_cast<char>(byte - 'A' + 'a');
    return text;
}

template <typename Number>
std::optional<Number> number_from(std::string_view text) {
    Number number{};
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end)
        return std::nullopt;
    return number;
}

std::string text_at(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// ffprobe writes some numbers as JSON numbers and others as strings.
template <typename Number>
std::optional<Number> number_at(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end())
        return std::nullopt;
    return number_from<Number>(found->is_string() ? found->get<std::string>() : found->dump());
}

/// "1/25" or "16:11"; `otherwise` where it says nothing that can be a fraction.
Rational rational_from(std::string_view text, Rational otherwise) {
    const auto cut = text.find_first_of("/:");
    if (cut == std::string_view::npos)
        return otherwise;
    const auto num = number_from<std::int64_t>(text.substr(0, cut));
    const auto den = number_from<std::int64_t>(text.substr(cut + 1));
    if (!num || !den || *den <= 0 || *num < 0)
        return otherwise;
    return {*num, *den};
}

Rational rational_at(const json& object, const char* key, Rational otherwise) {
    return rational_from(text_at(object, key), otherwise);
}

const json& list_at(const json& object, const char* key) {
    static const json empty = json::array();
    const auto found = object.find(key);
    return found != object.end() && found->is_array() ? *found : empty;
}

std::map<std::string, std::string> tags_of(const json& object) {
    std::map<std::string, std::string> tags;
    const auto found = object.find("tags");
    if (found == object.end() || !found->is_object())
        return tags;
    for (const auto& [key, value] : found->items())
        if (value.is_string())
            tags.emplace(lower_case(key), value.get<std::string>());
    return tags;
}

std::map<std::string, int> dispositions_of(const json& stream) {
    std::map<std::string, int> dispositions;
    const auto found = stream.find("disposition");
    if (found == stream.end() || !found->is_object())
        return dispositions;
    for (const auto& [key, value] : found->items())
        if (value.is_number_integer() && value.get<int>() != 0)
            dispositions.emplace(key, value.get<int>());
    return dispositions;
}

StreamKind kind_of(std::string_view codec_type) {
    if (codec_type == "video")
        return StreamKind::video;
    if (codec_type == "audio")
        return StreamKind::audio;
    if (codec_type == "subtitle")
        return StreamKind::subtitle;
    return StreamKind::other;
}

std::string mastering_display_from(const json& side_data) {
    const auto value = [&](const char* key) { return rational_at(side_data, key, {0, 1}).value(); };
    // Half of it (colours without luminance) exists, but there is no notation for that.
    if (value("red_x") <= 0 || value("max_luminance") <= 0)
        return {};
    return fmt::format(
        "G({:.5f},{:.5f})B({:.5f},{:.5f})R({:.5f},{:.5f})WP({:.5f},{:.5f})L({:.4f},{:.4f})",
        value("green_x"), value("green_y"), value("blue_x"), value("blue_y"), value("red_x"),
        value("red_y"), value("white_point_x"), value("white_point_y"), value("max_luminance"),
        value("min_luminance"));
}

/// What is said first counts: the container's word comes before that of the first pictures.
void take_side_data(const json& owner, StreamInfo& stream) {
    for (const auto& side_data : list_at(owner, "side_data_list")) {
        const auto type = text_at(side_data, "side_data_type");
        if (type == "Display Matrix")
            stream.has_display_matrix = true;
        else if (type == "Mastering display metadata" && stream.mastering_display.empty())
            stream.mastering_display = mastering_display_from(side_data);
        else if (type == "Content light level metadata" && stream.content_light.empty())
            stream.content_light =
                fmt::format("{},{}", number_at<int>(side_data, "max_content").value_or(0),
                            number_at<int>(side_data, "max_average").value_or(0));
    }
}

void take_video(const json& from, StreamInfo& stream) {
    stream.width = number_at<int>(from, "width").value_or(0);
    stream.height = number_at<int>(from, "height").value_or(0);
    stream.pixel_format = text_at(from, "pix_fmt");
    stream.field_order = text_at(from, "field_order");
    stream.color_range = text_at(from, "color_range");
    stream.color_space = text_at(from, "color_space");
    stream.color_transfer = text_at(from, "color_transfer");
    stream.color_primaries = text_at(from, "color_primaries");
    stream.chroma_location = text_at(from, "chroma_location");
    stream.sample_aspect_ratio = rational_at(from, "sample_aspect_ratio", {0, 1});
    stream.average_frame_rate = rational_at(from, "avg_frame_rate", {0, 1});
}

StreamInfo stream_from(const json& from) {
    StreamInfo stream;
    stream.index = number_at<int>(from, "index").value_or(0);
    stream.kind = kind_of(text_at(from, "codec_type"));
    stream.codec = text_at(from, "codec_name");
    if (stream.kind == StreamKind::other && stream.codec.empty())
        stream.codec = text_at(from, "codec_tag_string");
    stream.time_base = rational_at(from, "time_base", {1, 1});
    stream.start_pts = number_at<std::int64_t>(from, "start_pts");
    stream.promised_frames = number_at<std::int64_t>(from, "nb_frames");
    stream.dispositions = dispositions_of(from);
    stream.attached_picture = stream.dispositions.contains("attached_pic");
    stream.tags = tags_of(from);
    if (stream.kind == StreamKind::video)
        take_video(from, stream);
    stream.channels = number_at<int>(from, "channels").value_or(0);
    stream.channel_layout = text_at(from, "channel_layout");
    stream.sample_rate = number_at<int>(from, "sample_rate").value_or(0);
    take_side_data(from, stream);
    return stream;
}

/// HDR metadata of H.264 and HEVC often stands in the pictures alone.
void take_frames(const json& frames, std::vector<StreamInfo>& streams) {
    for (const auto& frame : frames) {
        const auto index = number_at<int>(frame, "stream_index");
        const auto stream = std::ranges::find_if(
            streams, [&](const StreamInfo& each) { return each.index == index; });
        if (stream == streams.end() || stream->kind != StreamKind::video)
            continue;
        auto shown = *stream;
        take_side_data(frame, shown);
        if (shown.mastering_display == stream->mastering_display &&
            shown.content_light == stream->content_light)
            continue;
        stream->mastering_display = shown.mastering_display;
        stream->content_light = shown.content_light;
        stream->hdr_in_pictures = true;
    }
}

void take_chapters(const json& chapters, MediaInfo& info) {
    for (const auto& chapter : chapters) {
        if (tags_of(chapter)["title"].empty())
            info.untitled_chapters.push_back(info.chapters);
        ++info.chapters;
    }
}

MediaInfo media_info_from(const json& document) {
    MediaInfo info;
    for (const auto& stream : list_at(document, "streams"))
        info.streams.push_back(stream_from(stream));
    take_frames(list_at(document, "frames"), info.streams);
    take_chapters(list_at(document, "chapters"), info);
    const auto format = document.find("format");
    if (format == document.end())
        return info;
    info.format = text_at(*format, "format_name");
    info.duration_seconds = number_at<double>(*format, "duration");
    info.tags = tags_of(*format);
    return info;
}

} // namespace

MediaInfo parse_media_info(std::string_view ffprobe_json) {
    const auto document = json::parse(ffprobe_json, nullptr, false);
    if (!document.is_object())
        throw Error("cannot read ffprobe's answer: it is not a JSON object");
    return media_info_from(document);
}

std::string only_demuxer(const std::string& allowed, const MediaInfo& read) {
    // A demuxer has several names, and the list holds one of them. What is in no list was said by
    // an ffprobe that is not itself any more.
    const auto is_name_of = [](std::string_view names, std::string_view name) {
        return fmt::format(",{},", names).find(fmt::format(",{},", name)) != std::string::npos;
    };
    for (std::string_view rest = allowed; !rest.empty();) {
        const auto name = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), name.size() + 1));
        if (is_name_of(read.format, name))
            return std::string(name);
    }
    return allowed;
}

std::optional<std::string> source_hash_of(const MediaInfo& rendition) {
    constexpr std::string_view mark = "av1encd-source:";
    constexpr std::size_t hash_length = 64;
    const auto keywords = rendition.tags.find("keywords");
    if (keywords == rendition.tags.end())
        return std::nullopt;
    // The last one: a source may itself be a rendition, whose keywords were kept before ours.
    const auto at = keywords->second.rfind(mark);
    if (at == std::string::npos)
        return std::nullopt;
    const auto hash = keywords->second.substr(at + mark.size(), hash_length);
    const bool whole = hash.size() == hash_length &&
                       hash.find_first_not_of("0123456789abcdef") == std::string::npos;
    return whole ? std::optional(hash) : std::nullopt;
}

} // namespace av1encd
