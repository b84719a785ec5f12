#include "daemon/config_file/config_keys.hpp"

#include "daemon/config_file/notation.hpp"
#include "daemon/config_file/yaml_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace av1encd {
namespace {

std::string name_of(const YamlNode& node) {
    switch (node.kind) {
    case YamlNode::Kind::null: return "nothing";
    case YamlNode::Kind::scalar: return fmt::format("'{}'", node.text);
    case YamlNode::Kind::list: return "a list";
    case YamlNode::Kind::map: return "keys below it";
    }
    return {};
}

Mistake unexpected(const std::string& expected, const YamlNode& found) {
    return {found.place, fmt::format("expected {}, not {}", expected, name_of(found))};
}

template <typename T>
std::optional<T> parse(const Notation<T>& notation, const YamlNode& node) {
    return node.kind == YamlNode::Kind::scalar ? notation.parse(node.text) : std::nullopt;
}

/// A key with one value; `member` gives a reference to it in a Config.
template <typename Member, typename T>
ConfigKey value_key(std::string_view name, Member member, Notation<T> notation) {
    return {
        .name = std::string(name),
        .read = [member, notation](const YamlNode& node, Config& config) -> std::vector<Mistake> {
            auto value = parse(notation, node);
            if (!value)
                return {unexpected(notation.expected, node)};
            member(config) = std::move(*value);
            return {};
        },
        .print = [member, notation](
                     const Config& config) { return yaml_scalar(notation.print(member(config))); }};
}

template <typename T>
std::vector<Mistake> read_items(const Notation<T>& notation, const YamlNode& node,
                                std::vector<T>& values) {
    std::vector<Mistake> mistakes;
    for (const YamlNode& item : node.items) {
        if (auto value = parse(notation, item))
            values.push_back(std::move(*value));
        else
            mistakes.push_back(unexpected(notation.expected, item));
    }
    return mistakes;
}

template <typename T>
std::string print_list(const Notation<T>& notation, const std::vector<T>& values) {
    std::string items;
    for (const T& value : values)
        items += (items.empty() ? "" : ", ") + yaml_scalar(notation.print(value));
    return fmt::format("[{}]", items);
}

template <typename Member, typename T>
ConfigKey list_key(std::string_view name, Member member, Notation<T> notation) {
    return {
        .name = std::string(name),
        .read = [member, notation](const YamlNode& node, Config& config) -> std::vector<Mistake> {
            if (node.kind != YamlNode::Kind::list)
                return {unexpected("a list", node)};
            std::vector<T> values;
            auto mistakes = read_items(notation, node, values);
            if (mistakes.empty())
                member(config) = std::move(values);
            return mistakes;
        },
        .print = [member,
                  notation](const Config& config) { return print_list(notation, member(config)); }};
}

/// Two whole numbers in a list: `[-20, 10]`.
template <typename Member>
ConfigKey range_key(std::string_view name, Member member) {
    return {.name = std::string(name),
            .read = [member](const YamlNode& node, Config& config) -> std::vector<Mistake> {
                if (node.kind != YamlNode::Kind::list || node.items.size() != 2)
                    return {unexpected("a list of two whole numbers", node)};
                std::vector<int> ends;
                auto mistakes = read_items(integer_notation(), node, ends);
                if (mistakes.empty())
                    member(config) = {ends[0], ends[1]};
                return mistakes;
            },
            .print =
                [member](const Config& config) {
                    const auto& [least, most] = member(config);
                    return print_list<int>(integer_notation(), {least, most});
                }};
}

std::vector<ConfigKey> machine_keys() {
    return {
        value_key(
            "machine_id", [](auto& c) -> auto& { return c.machine_id; }, text_notation()),
        value_key(
            "workers", [](auto& c) -> auto& { return c.workers; },
            or_word("auto", integer_notation())),
        value_key(
            "chunk_size", [](auto& c) -> auto& { return c.chunk_size; }, size_notation()),
        value_key(
            "work_dir", [](auto& c) -> auto& { return c.work_dir; }, path_notation()),
        value_key(
            "control_socket", [](auto& c) -> auto& { return c.control_socket; }, path_notation()),
    };
}

std::vector<ConfigKey> share_keys() {
    return {
        value_key(
            "share.root", [](auto& c) -> auto& { return c.share.root; }, path_notation()),
        value_key(
            "share.output", [](auto& c) -> auto& { return c.share.output; }, text_notation()),
        list_key(
            "share.extensions", [](auto& c) -> auto& { return c.share.extensions; },
            text_notation()),
        value_key(
            "share.require_mount", [](auto& c) -> auto& { return c.share.require_mount; },
            bool_notation()),
        value_key(
            "share.settle", [](auto& c) -> auto& { return c.share.settle; }, duration_notation()),
        value_key(
            "share.reclaim_after", [](auto& c) -> auto& { return c.share.reclaim_after; },
            duration_notation()),
    };
}

std::vector<ConfigKey> encode_keys() {
    return {
        list_key(
            "encode.crf", [](auto& c) -> auto& { return c.encode.crf; }, integer_notation()),
        value_key(
            "encode.encoder", [](auto& c) -> auto& { return c.encode.encoder; },
            encoder_notation()),
        value_key(
            "encode.preset", [](auto& c) -> auto& { return c.encode.preset; }, integer_notation()),
        value_key(
            "encode.threads", [](auto& c) -> auto& { return c.encode.threads; },
            or_word("auto", integer_notation())),
        value_key(
            "encode.segment", [](auto& c) -> auto& { return c.encode.segment; },
            or_word("off", duration_notation())),
        value_key(
            "encode.damaged", [](auto& c) -> auto& { return c.encode.damaged; },
            on_damaged_notation()),
        value_key(
            "encode.container", [](auto& c) -> auto& { return c.encode.container; },
            container_notation()),
        value_key(
            "encode.audio.codec", [](auto& c) -> auto& { return c.encode.audio.codec; },
            text_notation()),
        value_key(
            "encode.audio.bitrate", [](auto& c) -> auto& { return c.encode.audio.bitrate; },
            bit_rate_notation()),
        list_key(
            "encode.extra_args", [](auto& c) -> auto& { return c.encode.extra_args; },
            text_notation()),
    };
}

std::vector<ConfigKey> hold_keys() {
    return {
        value_key(
            "pause.on_hold", [](auto& c) -> auto& { return c.pause.on_hold; }, on_hold_notation()),
        value_key(
            "pause.cleanup_after", [](auto& c) -> auto& { return c.pause.cleanup_after; },
            or_word("off", duration_notation())),
        value_key(
            "cpu_watchdog.enabled", [](auto& c) -> auto& { return c.cpu_watchdog.enabled; },
            bool_notation()),
        value_key(
            "cpu_watchdog.threshold",
            [](auto& c) -> auto& { return c.cpu_watchdog.threshold_percent; }, percent_notation()),
        range_key(
            "cpu_watchdog.nice_range", [](auto& c) -> auto& { return c.cpu_watchdog.nice_range; }),
        value_key(
            "cpu_watchdog.sample_interval",
            [](auto& c) -> auto& { return c.cpu_watchdog.sample_interval; }, duration_notation()),
        value_key(
            "cpu_watchdog.window", [](auto& c) -> auto& { return c.cpu_watchdog.window; },
            duration_notation()),
        value_key(
            "cpu_watchdog.resume_after",
            [](auto& c) -> auto& { return c.cpu_watchdog.resume_after; }, duration_notation()),
        list_key(
            "schedule", [](auto& c) -> auto& { return c.schedule; }, text_notation()),
    };
}

std::vector<ConfigKey> process_keys() {
    return {
        value_key(
            "limits.pixels", [](auto& c) -> auto& { return c.limits.pixels; }, count_notation()),
        value_key(
            "limits.frames", [](auto& c) -> auto& { return c.limits.frames; }, count_notation()),
        value_key(
            "priority.nice", [](auto& c) -> auto& { return c.priority.nice; }, integer_notation()),
        value_key(
            "priority.io", [](auto& c) -> auto& { return c.priority.io; }, io_class_notation()),
        value_key(
            "priority.cpu", [](auto& c) -> auto& { return c.priority.cpu; }, cpu_policy_notation()),
        value_key(
            "finish_boost.at", [](auto& c) -> auto& { return c.finish_boost.at_percent; },
            or_word("off", percent_notation())),
        value_key(
            "finish_boost.nice", [](auto& c) -> auto& { return c.finish_boost.nice; },
            integer_notation()),
        value_key(
            "retries", [](auto& c) -> auto& { return c.retries; }, integer_notation()),
        value_key(
            "log.level", [](auto& c) -> auto& { return c.log.level; }, log_level_notation()),
    };
}

std::vector<ConfigKey> all_keys() {
    std::vector<ConfigKey> all;
    for (const auto& some :
         {machine_keys(), share_keys(), encode_keys(), hold_keys(), process_keys()})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

} // namespace

const std::vector<ConfigKey>& config_keys() {
    static const std::vector<ConfigKey> keys = all_keys();
    return keys;
}

const ConfigKey* find_key(std::string_view name) {
    const auto& keys = config_keys();
    const auto key = std::ranges::find(keys, name, &ConfigKey::name);
    return key == keys.end() ? nullptr : &*key;
}

bool is_section(std::string_view name) {
    const std::string beginning = fmt::format("{}.", name);
    return std::ranges::any_of(
        config_keys(), [&](const ConfigKey& key) { return key.name.starts_with(beginning); });
}

} // namespace av1encd
