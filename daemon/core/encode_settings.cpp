#include "daemon/core/encode_settings.hpp"

#include <nlohmann/json.hpp>

namespace av1encd {

namespace {

using Json = nlohmann::ordered_json;

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
    json["encoder"] = static_cast<int>(settings.encoder);
    json["preset"] = settings.preset;
    json["threads"] = or_null(settings.threads);
    json["segment_ms"] =
        settings.segment ? Json(static_cast<std::int64_t>(settings.segment->count())) : Json();
    json["damaged"] = static_cast<int>(settings.damaged);
    json["container"] = static_cast<int>(settings.container);
    json["audio_codec"] = settings.audio.codec;
    json["audio_bitrate"] = settings.audio.bitrate;
    json["extra_args"] = settings.extra_args;
    return json;
}

/// nullopt: a newer version knows more of them.
template <typename Word>
std::optional<Word> word_at(const Json& json, const char* key, Word last) {
    const int number = json.at(key).get<int>();
    if (number < 0 || number > static_cast<int>(last))
        return std::nullopt;
    return static_cast<Word>(number);
}

std::optional<EncodeConfig> from_json(const Json& json) {
    EncodeConfig settings;
    settings.crf = json.at("crf").get<std::vector<int>>();
    const auto encoder = word_at(json, "encoder", Encoder::librav1e);
    const auto damaged = word_at(json, "damaged", OnDamaged::keep);
    const auto container = word_at(json, "container", Container::mkv);
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

} // namespace av1encd
