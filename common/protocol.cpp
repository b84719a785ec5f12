#include "common/protocol.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace av1encd {

namespace {

using nlohmann::json;

// No call nests deeper than its parameters; a megabyte of '[' would cost eighty times its size.
constexpr int deepest_request = 8;

/// Of a reader's memory, where it holds nothing.
constexpr std::size_t most_kept = std::size_t{64} << 10;

// Without the library's own "[json.exception.parse_error.101] parse error " in front.
std::string_view place_and_reason(std::string_view what) {
    const auto place = what.find("at line ");
    return place == std::string_view::npos ? what : what.substr(place);
}

json parsed(std::string_view text, const json::parser_callback_t& check) {
    try {
        return json::parse(text, check);
    } catch (const json::exception& error) {
        throw BadMessage(
            fmt::format("the message is not JSON: {}", place_and_reason(error.what())));
    }
}

json parsed_object(std::string_view text, const json::parser_callback_t& check = nullptr) {
    auto object = parsed(text, check);
    if (!object.is_object())
        throw BadMessage("the message is not a JSON object");
    return object;
}

bool refuse_deep_nesting(int depth, json::parse_event_t /*event*/, json& /*value*/) {
    if (depth > deepest_request)
        throw BadMessage(fmt::format("the message nests deeper than {} levels", deepest_request));
    return true;
}

// Reasons carry others' words, which need not be UTF-8.
std::string dumped(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool flag(const json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || found->is_null())
        return false;
    if (!found->is_boolean())
        throw BadMessage(fmt::format("'{}' is neither true nor false", name));
    return found->get<bool>();
}

std::string text_or_empty(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

json parameters_of(const json& message) {
    const auto found = message.find("parameters");
    if (found == message.end() || found->is_null())
        return json::object();
    if (!found->is_object())
        throw BadMessage("'parameters' is not an object");
    return *found;
}

Argument argument(const json& value) {
    if (value.is_string())
        return value.get<std::string>();
    if (value.is_boolean())
        return value.get<bool>();
    if (value.is_number_integer() &&
        (!value.is_number_unsigned() || value.get<std::uint64_t>() <= INT64_MAX))
        return value.get<std::int64_t>();
    return std::monostate();
}

json to_json_value(const Argument& argument) {
    return std::visit(
        [](const auto& value) -> json {
            if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>)
                return nullptr;
            else
                return value;
        },
        argument);
}

// The errors of org.varlink.service say what they are about in a member of their own.
std::string error_reason(const std::string& error, const json& parameters) {
    if (auto reason = text_or_empty(parameters, "reason"); !reason.empty())
        return reason;
    for (const auto* name : {"method", "parameter", "interface"})
        if (const auto about = text_or_empty(parameters, name); !about.empty())
            return fmt::format("{}: {} '{}'", error, name, about);
    return error;
}

json member(std::string_view object, const std::string& name) {
    auto members = parsed_object(object);
    const auto found = members.find(name);
    if (found == members.end())
        throw BadMessage(fmt::format("the reply has no '{}'", name));
    return std::move(*found);
}

} // namespace

void MessageReader::add(std::string_view bytes) {
    buffer_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
    buffer_ += bytes;
}

std::optional<Message> MessageReader::next() {
    static constexpr std::string_view ends("\0\n", 2);
    const auto end = buffer_.find_first_of(ends, scanned_);
    if (end == std::string::npos) {
        scanned_ = buffer_.size();
        if (scanned_ - begin_ > largest_)
            overflowing_ = true;
        if (overflowing_)
            drop_everything();
        return std::nullopt;
    }
    Message message;
    message.end = static_cast<MessageEnd>(buffer_[end]);
    message.too_long = std::exchange(overflowing_, false) || end - begin_ > largest_;
    if (!message.too_long)
        message.text = buffer_.substr(begin_, end - begin_);
    begin_ = scanned_ = end + 1;
    // Many clients that once sent something large are not to hold its memory.
    if (begin_ == buffer_.size() && buffer_.capacity() > most_kept)
        drop_everything();
    return message;
}

void MessageReader::drop_everything() {
    std::string().swap(buffer_);
    begin_ = scanned_ = 0;
}

std::string framed(std::string text, MessageEnd end) {
    text += static_cast<char>(end);
    return text;
}

std::string encode_request(const Request& request) {
    json message = {{"method", request.method}};
    for (const auto& [name, value] : request.arguments)
        message["parameters"][name] = to_json_value(value);
    if (request.more)
        message["more"] = true;
    if (request.oneway)
        message["oneway"] = true;
    return dumped(message);
}

Request decode_request(std::string_view text) {
    const auto message = parsed_object(text, refuse_deep_nesting);
    Request request;
    request.method = text_or_empty(message, "method");
    if (request.method.empty())
        throw BadMessage("the message names no 'method'");
    request.more = flag(message, "more");
    request.oneway = flag(message, "oneway");
    const auto parameters = parameters_of(message);
    for (const auto& [name, value] : parameters.items())
        if (!value.is_null())
            request.arguments[name] = argument(value);
    return request;
}

std::string encode_reply(const Reply& reply) {
    JsonObject message;
    if (!reply.error.empty())
        message.add("error", reply.error);
    message.add_json("parameters", reply.parameters);
    if (reply.continues)
        message.add_json("continues", "true");
    return message.text();
}

Reply decode_reply(std::string_view text) {
    const auto message = parsed_object(text);
    const auto parameters = parameters_of(message);
    Reply reply;
    reply.parameters = dumped(parameters);
    reply.continues = flag(message, "continues");
    reply.error = text_or_empty(message, "error");
    if (!reply.error.empty())
        reply.reason = error_reason(reply.error, parameters);
    return reply;
}

JsonObject& JsonObject::add(std::string_view name, std::string_view text) {
    return add_json(name, dumped(text));
}

JsonObject& JsonObject::add_list(std::string_view name, const std::vector<std::string>& texts) {
    return add_json(name, dumped(texts));
}

JsonObject& JsonObject::add_json(std::string_view name, std::string_view json_text) {
    if (!members_.empty())
        members_ += ',';
    members_ += fmt::format("{}:{}", dumped(name), json_text);
    return *this;
}

std::string JsonObject::text() const {
    return "{" + members_ + "}";
}

std::string text_member(std::string_view object, const std::string& name) {
    const auto value = member(object, name);
    if (!value.is_string())
        throw BadMessage(fmt::format("'{}' is not a text", name));
    return value.get<std::string>();
}

std::vector<std::string> texts_member(std::string_view object, const std::string& name) {
    const auto value = member(object, name);
    try {
        return value.get<std::vector<std::string>>();
    } catch (const json::exception&) {
        throw BadMessage(fmt::format("'{}' is not a list of texts", name));
    }
}

std::string json_member(std::string_view object, const std::string& name) {
    return dumped(member(object, name));
}

} // namespace av1encd
