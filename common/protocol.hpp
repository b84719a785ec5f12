#pragma once
// The control socket's messages: how bytes are cut into messages, what a call and its replies look
// like (varlink.org), and the names of errors. Parameters and replies are JSON text here, so that
// neither side needs a JSON library.

#include "common/error.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace av1encd {

inline constexpr std::string_view control_interface = "org.av1encd";
inline constexpr std::string_view service_interface = "org.varlink.service";

/// Of a message to the daemon, its end not counted. Replies may be longer.
inline constexpr std::size_t largest_request_bytes = std::size_t{1} << 20;
/// What a client should be ready to take in one reply: a list of very many jobs.
inline constexpr std::size_t largest_reply_bytes = std::size_t{256} << 20;

namespace error_name {
// With the parameter `reason`.
inline constexpr std::string_view not_found = "org.av1encd.NotFound";
inline constexpr std::string_view not_allowed = "org.av1encd.NotAllowed";
inline constexpr std::string_view refused = "org.av1encd.Refused";
// With the parameters that varlink.org gives them.
inline constexpr std::string_view interface_not_found = "org.varlink.service.InterfaceNotFound";
inline constexpr std::string_view method_not_found = "org.varlink.service.MethodNotFound";
inline constexpr std::string_view invalid_parameter = "org.varlink.service.InvalidParameter";
inline constexpr std::string_view expected_more = "org.varlink.service.ExpectedMore";
} // namespace error_name

/// Not JSON, or not a call or reply; says what is wrong with it.
class BadMessage : public Error {
public:
    using Error::Error;
};

/// Varlink ends a message by NUL; who ends one by a newline is answered with newlines.
enum class MessageEnd : char { nul = '\0', newline = '\n' };

struct Message {
    std::string text{}; ///< empty where it was too long
    MessageEnd end = MessageEnd::nul;
    bool too_long = false;
    bool operator==(const Message&) const = default;
};

/// Cuts a stream of bytes into messages. Never holds more than `largest` bytes of an unfinished
/// message: what is longer is dropped as it comes and handed out as `too_long` at its end.
class MessageReader {
public:
    explicit MessageReader(std::size_t largest) : largest_(largest) {}

    void add(std::string_view bytes);
    /// The next whole message; nullopt: it takes more bytes.
    std::optional<Message> next();
    /// The unfinished message is too long already.
    bool overflowing() const { return overflowing_; }
    /// That are held of messages that were not handed out.
    std::size_t unfinished_bytes() const { return buffer_.size() - begin_; }

private:
    void drop_everything();

    std::size_t largest_;
    std::string buffer_;
    std::size_t begin_ = 0;   ///< of the first message in `buffer_` that was not handed out
    std::size_t scanned_ = 0; ///< there is no end between `begin_` and here
    bool overflowing_ = false;
};

/// The message's bytes on the wire.
std::string framed(std::string text, MessageEnd end);

/// What an argument of a call can be; monostate: something that no method takes.
using Argument = std::variant<std::monostate, std::string, std::int64_t, bool>;
using Arguments = std::map<std::string, Argument>;

struct Request {
    std::string method;    ///< org.av1encd.Status
    Arguments arguments{}; ///< null ones are left out
    bool more = false;
    bool oneway = false; ///< no reply is wanted
    bool operator==(const Request&) const = default;
};

struct Reply {
    std::string parameters = "{}"; ///< a JSON object
    bool continues = false;        ///< more replies to the same call follow
    std::string error{};           ///< one of error_name; empty: it succeeded
    /// The error for a person: its `reason`, or what the error of another name is about.
    std::string reason{};
    bool operator==(const Reply&) const = default;
};

// The text of a message, without its end. Decoding throws BadMessage.
std::string encode_request(const Request& request);
Request decode_request(std::string_view text);
/// `reason` is not sent: it is part of the parameters.
std::string encode_reply(const Reply& reply);
Reply decode_reply(std::string_view text);

/// A JSON object, written member by member.
class JsonObject {
public:
    JsonObject& add(std::string_view name, std::string_view text);
    JsonObject& add_list(std::string_view name, const std::vector<std::string>& texts);
    /// `json` is taken as it is.
    JsonObject& add_json(std::string_view name, std::string_view json);
    /// The whole object.
    std::string text() const;

private:
    std::string members_;
};

// What a member of a JSON object holds; BadMessage where it is not there or something else.
std::string text_member(std::string_view object, const std::string& name);
std::vector<std::string> texts_member(std::string_view object, const std::string& name);
/// As JSON text.
std::string json_member(std::string_view object, const std::string& name);

} // namespace av1encd
