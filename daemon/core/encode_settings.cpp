#include "daemon/core/encode_settings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace av1encd {

namespace {

using Json = nlohmann::ordered_json;

// In the order of the enumerators; words, as numbers would change their meaning with that order.
constexpr std::array encoder_words = {"libsvtav1", "libaom-av1", "librav1e"};
constexpr std::array damaged_words = {"fail", "keep"};
constexpr std::array container_words = {"mp4", "mkv"};

template <typename Value, std::size_t count>
Json word_of(Value value, const std::array<const char*, count>& words) {
    return words.at(static_cast<std::size_t>(value));
}

/// nullopt: another version knows more of them.
template <typename Value, std::size_t count>
std::optional<Value> value_of(const Json& word, const std::array<const char*, count>& words) {
    const auto found = std::ranges::find(words, word.get<std::string>());
    if (found == words.end())
        return std::nullopt;
    return static_cast<Value>(found - words.begin());
}

template <typename T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}

template <typename T>
std::optional<T> optional_at(const Json& json, const char* key) {
    const auto& value = json.at(key);
    return value.is_null() ? std::nullopt : std::optional(value.get<T>());
}

Json to_json(const EncodeConfig& settings) {
    Json json;
    json["crf"] = settings.crf;
    json["encoder"] = word_of(settings.encoder, encoder_words);
    json["preset"] = settings.preset;
    json["threads"] = or_null(settings.threads);
    json["segment_ms"] =
        settings.segment ? Json(static_cast<std::int64_t>(settings.segment->count())) : Json();
    json["damaged"] = word_of(settings.damaged, damaged_words);
    json["container"] = word_of(settings.container, container_words);
    json["audio_codec"] = settings.audio.codec;
    json["audio_bitrate"] = settings.audio.bitrate;
    json["extra_args"] = settings.extra_args;
    return json;
}

std::optional<EncodeConfig> from_json(const Json& json) {
    EncodeConfig settings;
    settings.crf = json.at("crf").get<std::vector<int>>();
    const auto encoder = value_of<Encoder>(json.at("encoder"), encoder_words);
    const auto damaged = value_of<OnDamaged>(json.at("damaged"), damaged_words);
    const auto container = value_of<Container>(json.at("container"), container_words);
    if (!encoder || !damaged || !container)
        return std::nullopt;
    settings.encoder = *encoder;
    settings.damaged = *damaged;
    settings.container = *container;
    settings.preset = json.at("preset").get<int>();
    settings.threads = optional_at<int>(json, "threads");
    settings.segment.reset();
    if (const auto length = optional_at<std::int64_t>(json, "segment_ms"))
        settings.segment = Duration(*length);
    settings.audio.codec = json.at("audio_codec").get<std::string>();
    settings.audio.bitrate = json.at("audio_bitrate").get<std::uint64_t>();
    settings.extra_args = json.at("extra_args").get<std::vector<std::string>>();
    return settings;
}

} // namespace

std::string to_text(const EncodeConfig& settings) {
    return to_json(settings).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<EncodeConfig> encode_settings_from(std::string_view text) {
    const auto json = Json::parse(text, nullptr, false);
    if (!json.is_object())
        return std::nullopt;
    try {
        return from_json(json);
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

EncodeConfig settings_of(const Job& job, const EncodeConfig& otherwise) {
    return encode_settings_from(job.settings).value_or(otherwise);
}

} // namespace av1encd
