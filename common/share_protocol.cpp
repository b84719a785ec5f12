#include "common/share_protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>
#include <type_traits>
#include <utility>

namespace av1encd {
namespace {

// In the order of the variants.
constexpr std::array<std::string_view, std::variant_size_v<ShareRequest>> request_words = {
    "open",          "scan",  "watch",   "list",      "look",  "claim", "retire",
    "return-failed", "fetch", "publish", "set-aside", "space", "tidy"};
constexpr std::array<std::string_view, std::variant_size_v<ShareAnswer>> answer_words = {
    "opened", "files",  "strange",  "finished", "changed",     "seen",
    "moved",  "copied", "progress", "measured", "unavailable", "local-failure"};

// The fields of each message in the order of the wire. A list takes all that is left: it is last.
auto fields_of(TreePath& it) {
    return std::tie(it.place, it.path);
}
auto fields_of(FileStamp& it) {
    return std::tie(it.bytes, it.modified_ns);
}
auto fields_of(OpenTree& it) {
    return std::tie(it.root, it.output, it.machine, it.mount, it.marker, it.root_marker,
                    it.output_marker);
}
auto fields_of(ScanSources& it) {
    return std::tie(it.extensions);
}
auto fields_of(WatchSources&) {
    return std::tuple<>();
}
auto fields_of(ListFiles& it) {
    return std::tie(it.place);
}
auto fields_of(LookAtFile& it) {
    return std::tie(it.file, it.freshness);
}
auto fields_of(ClaimSource& it) {
    return std::tie(it.source, it.asked);
}
auto fields_of(RetireSource& it) {
    return std::tie(it.claimed_path, it.wanted, it.stamp);
}
auto fields_of(ReturnFailed& it) {
    return std::tie(it.failed_path, it.wanted);
}
auto fields_of(FetchFile& it) {
    return std::tie(it.file);
}
auto fields_of(PublishFile& it) {
    return std::tie(it.target);
}
auto fields_of(SetAside& it) {
    return std::tie(it.file);
}
auto fields_of(MeasureSpace&) {
    return std::tuple<>();
}
auto fields_of(TidyTree& it) {
    return std::tie(it.placeholders);
}
auto fields_of(TreeOpened& it) {
    return std::tie(it.root_marker, it.output_marker);
}
auto fields_of(FilesFound& it) {
    return std::tie(it.paths);
}
auto fields_of(StrangeFile& it) {
    return std::tie(it.path, it.reason);
}
auto fields_of(StrangeFound& it) {
    return std::tie(it.files);
}
auto fields_of(Finished& it) {
    return std::tie(it.unwatched);
}
auto fields_of(SourcesChanged&) {
    return std::tuple<>();
}
auto fields_of(FileSeen& it) {
    return std::tie(it.sight, it.stamp, it.reason);
}
auto fields_of(FileMoved& it) {
    return std::tie(it.move, it.path, it.reason);
}
auto fields_of(FileCopied& it) {
    return std::tie(it.copy, it.stamp, it.sha256, it.reason);
}
auto fields_of(TransferProgressed& it) {
    return std::tie(it.bytes);
}
auto fields_of(SpaceMeasured& it) {
    return std::tie(it.root_bytes, it.output_bytes);
}
auto fields_of(Unavailable& it) {
    return std::tie(it.reason);
}
auto fields_of(LocalFailure& it) {
    return std::tie(it.reason);
}

template <typename T>
concept Structured = requires(T& it) {
    fields_of(it);
};

// The last enumerator of each enumeration, to refuse what lies beyond.
constexpr TreePlace last_of(TreePlace) {
    return TreePlace::logs;
}
constexpr MountDemand last_of(MountDemand) {
    return MountDemand::mounted;
}
constexpr MarkerDemand last_of(MarkerDemand) {
    return MarkerDemand::any;
}
constexpr Freshness last_of(Freshness) {
    return Freshness::afresh;
}
constexpr Asked last_of(Asked) {
    return Asked::again;
}
constexpr Sight last_of(Sight) {
    return Sight::unreadable;
}
constexpr Move last_of(Move) {
    return Move::refused;
}
constexpr Copy last_of(Copy) {
    return Copy::impossible;
}

class FieldWriter {
public:
    void put(std::string_view text) {
        if (text.find('\0') != std::string_view::npos)
            throw ShareProtocolError("a path or reason holds a NUL byte");
        message_.append(text);
        message_.push_back('\0');
    }
    template <typename Number>
    void put(Number number) requires std::is_integral_v<Number> {
        put(fmt::to_string(number));
    }
    template <typename Enum>
    void put(Enum value) requires std::is_enum_v<Enum> {
        put(static_cast<int>(value));
    }
    template <typename Item>
    void put(std::vector<Item>& items) {
        for (auto& item : items)
            put(item);
    }
    template <typename Fields>
    void put(Fields& fields) requires Structured<Fields> {
        std::apply([&](auto&... field) { (put(field), ...); }, fields_of(fields));
    }

    std::string take() {
        if (message_.size() > max_share_message_bytes)
            throw ShareProtocolError(fmt::format("a message of {} bytes between daemon and share "
                                                 "helper: at most {} are allowed",
                                                 message_.size(), max_share_message_bytes));
        return std::move(message_);
    }

private:
    std::string message_;
};

class FieldReader {
public:
    explicit FieldReader(std::string_view message) : rest_(message) {
        if (message.empty() || message.back() != '\0')
            throw ShareProtocolError("a message between daemon and share helper is cut off");
    }

    bool at_end() const { return rest_.empty(); }

    std::string_view next() {
        if (at_end())
            throw ShareProtocolError("a message between daemon and share helper lacks a field");
        const auto end = rest_.find('\0');
        const auto field = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return field;
    }

    void get(std::string& text) { text = next(); }
    template <typename Number>
    void get(Number& number) requires std::is_integral_v<Number> {
        const auto field = next();
        const auto* const end = field.data() + field.size();
        const auto [stop, failure] = std::from_chars(field.data(), end, number);
        if (failure != std::errc{} || stop != end)
            throw ShareProtocolError(
                fmt::format("not a number between daemon and share helper: '{}'", field));
    }
    template <typename Enum>
    void get(Enum& value) requires std::is_enum_v<Enum> {
        unsigned number = 0;
        get(number);
        if (number > static_cast<unsigned>(last_of(Enum{})))
            throw ShareProtocolError(
                fmt::format("unknown choice between daemon and share helper: {}", number));
        value = static_cast<Enum>(number);
    }
    template <typename Item>
    void get(std::vector<Item>& items) {
        while (!at_end())
            get(items.emplace_back());
    }
    template <typename Fields>
    void get(Fields& fields) requires Structured<Fields> {
        std::apply([&](auto&... field) { (get(field), ...); }, fields_of(fields));
    }

private:
    std::string_view rest_;
};

template <typename Body, std::size_t Words>
std::string write(const Numbered<Body>& message, const std::array<std::string_view, Words>& words) {
    FieldWriter writer;
    writer.put(message.number);
    writer.put(words[message.body.index()]);
    std::visit([&](auto body) { writer.put(body); }, message.body);
    return writer.take();
}

/// The alternative of that index, with its default values.
template <typename Body, std::size_t... Index>
Body blank(std::size_t index, std::index_sequence<Index...> /*all*/) {
    Body body;
    ((Index == index ? void(body.template emplace<Index>()) : void()), ...);
    return body;
}

template <typename Body, std::size_t Words>
Numbered<Body> read(std::string_view text, const std::array<std::string_view, Words>& words) {
    FieldReader reader(text);
    Numbered<Body> message;
    reader.get(message.number);
    const auto word = reader.next();
    const auto found = std::find(words.begin(), words.end(), word);
    if (found == words.end())
        throw ShareProtocolError(
            fmt::format("unknown word between daemon and share helper: '{}'", word));
    message.body = blank<Body>(static_cast<std::size_t>(found - words.begin()),
                               std::make_index_sequence<Words>());
    std::visit([&](auto& body) { reader.get(body); }, message.body);
    if (!reader.at_end())
        throw ShareProtocolError("a message between daemon and share helper has a field too many");
    return message;
}

} // namespace

std::string encode(const Numbered<ShareRequest>& request) {
    return write(request, request_words);
}

std::string encode(const Numbered<ShareAnswer>& answer) {
    return write(answer, answer_words);
}

Numbered<ShareRequest> decode_share_request(std::string_view message) {
    return read<ShareRequest>(message, request_words);
}

Numbered<ShareAnswer> decode_share_answer(std::string_view message) {
    return read<ShareAnswer>(message, answer_words);
}

} // namespace av1encd
