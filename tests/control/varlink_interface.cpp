#include "tests/control/varlink_interface.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <set>
#include <stdexcept>

namespace av1encd {

namespace {

using Kind = VarlinkType::Kind;

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    VarlinkInterface interface() {
        VarlinkInterface parsed;
        skip();
        keyword("interface");
        parsed.name = matched(R"([A-Za-z](-*[A-Za-z0-9])*(\.[A-Za-z0-9](-*[A-Za-z0-9])*)+)");
        end_of_line();
        for (skip(); at_ < text_.size(); skip())
            member(parsed);
        for (const auto& name : referred_)
            if (!parsed.types.contains(name))
                throw std::runtime_error(fmt::format("there is no type {}", name));
        return parsed;
    }

private:
    void member(VarlinkInterface& parsed) {
        const auto what = matched("type|method|error");
        blank();
        const auto name = matched("[A-Z][A-Za-z0-9]*");
        if (!names_.insert(name).second)
            fail(fmt::format("a second {}", name));
        skip();
        if (what == "type") {
            parsed.types.emplace(name, structure_or_enumeration());
        } else if (what == "error") {
            parsed.errors.emplace(name, structure());
        } else {
            auto in = structure();
            skip();
            token("->");
            skip();
            parsed.methods.emplace(name, std::pair(std::move(in), structure()));
        }
        end_of_line();
    }

    VarlinkType structure() {
        auto type = structure_or_enumeration();
        if (type.kind != Kind::structure)
            fail("an enumeration in place of a structure");
        return type;
    }

    VarlinkType structure_or_enumeration() {
        VarlinkType type;
        type.kind = Kind::structure;
        token("(");
        skip();
        if (taken(")"))
            return type;
        do {
            skip();
            auto field = matched("[A-Za-z](_?[A-Za-z0-9])*");
            skip();
            const bool has_type = taken(":");
            if (type.fields.empty() && type.words.empty() && !has_type)
                type.kind = Kind::enumeration;
            if (has_type != (type.kind == Kind::structure))
                fail("a mix of structure and enumeration");
            const auto is_field = [&](const auto& other) { return other.first == field; };
            if (std::ranges::any_of(type.fields, is_field) ||
                std::ranges::find(type.words, field) != type.words.end())
                fail(fmt::format("a second field {}", field));
            skip();
            if (has_type)
                type.fields.emplace_back(std::move(field), any_type());
            else
                type.words.push_back(std::move(field));
            skip();
        } while (taken(","));
        token(")");
        return type;
    }

    VarlinkType any_type() {
        if (taken("?")) {
            auto type = wrapped(Kind::maybe);
            if (type.element->kind == Kind::maybe)
                fail("'?' twice");
            return type;
        }
        if (taken("[]"))
            return wrapped(Kind::array);
        if (taken("[string]"))
            return wrapped(Kind::map);
        if (at_ < text_.size() && text_[at_] == '(')
            return structure_or_enumeration();
        return plain_type();
    }

    VarlinkType wrapped(Kind kind) {
        VarlinkType type;
        type.kind = kind;
        type.element = std::make_shared<VarlinkType>(any_type());
        return type;
    }

    VarlinkType plain_type() {
        static const std::map<std::string, Kind> plain = {{"bool", Kind::boolean},
                                                          {"int", Kind::integer},
                                                          {"float", Kind::number},
                                                          {"string", Kind::string},
                                                          {"object", Kind::object}};
        VarlinkType type;
        type.name = matched("[A-Za-z][A-Za-z0-9]*");
        if (const auto found = plain.find(type.name); found != plain.end()) {
            type.kind = found->second;
            return type;
        }
        if (type.name.front() < 'A' || type.name.front() > 'Z')
            fail(fmt::format("no type {}", type.name));
        type.kind = Kind::named;
        referred_.insert(type.name);
        return type;
    }

    /// White space, line ends and comments.
    void skip() {
        while (at_ < text_.size()) {
            if (text_[at_] == '#')
                at_ = std::min(text_.find('\n', at_), text_.size());
            else if (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')
                ++at_;
            else
                return;
        }
    }
    void blank() {
        if (!taken(" "))
            fail("no space");
        while (taken(" ")) {
        }
    }
    void end_of_line() {
        while (taken(" ")) {
        }
        if (at_ < text_.size() && text_[at_] == '#')
            at_ = std::min(text_.find('\n', at_), text_.size());
        if (at_ < text_.size())
            token("\n");
    }
    void keyword(std::string_view word) {
        token(word);
        blank();
    }
    bool taken(std::string_view word) {
        const bool there = text_.substr(at_).starts_with(word);
        at_ += there ? word.size() : 0;
        return there;
    }
    void token(std::string_view word) {
        if (!taken(word))
            fail(fmt::format("no '{}'", word));
    }
    std::string matched(const std::string& pattern) {
        const std::regex expression(pattern);
        std::cmatch match;
        const auto* end = text_.data() + text_.size();
        if (!std::regex_search(text_.data() + at_, end, match, expression,
                               std::regex_constants::match_continuous))
            fail(fmt::format("nothing like {}", pattern));
        at_ += static_cast<std::size_t>(match.length());
        return match.str();
    }
    [[noreturn]] void fail(const std::string& what) const {
        const auto line = 1 + std::ranges::count(text_.substr(0, at_), '\n');
        throw std::runtime_error(fmt::format("line {}: {}", line, what));
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::set<std::string> names_;
    std::set<std::string> referred_;
};

bool is_plain(Kind kind, const nlohmann::json& value) {
    switch (kind) {
    case Kind::boolean: return value.is_boolean();
    case Kind::integer: return value.is_number_integer();
    case Kind::number: return value.is_number();
    case Kind::string: return value.is_string();
    default: return value.is_object();
    }
}

std::string mismatch_of_members(const VarlinkInterface& interface, const VarlinkType& type,
                                const nlohmann::json& value) {
    if (!value.is_object())
        return "no object";
    for (const auto& [name, member] : value.items())
        if (std::ranges::none_of(type.fields, [&](const auto& f) { return f.first == name; }))
            return fmt::format("'{}' is not described", name);
    for (const auto& [name, field] : type.fields) {
        const auto found = value.find(name);
        if (found == value.end() && field.kind != Kind::maybe)
            return fmt::format("there is no '{}'", name);
        if (found == value.end())
            continue;
        if (const auto why = mismatch(interface, field, *found); !why.empty())
            return fmt::format("{}: {}", name, why);
    }
    return "";
}

} // namespace

VarlinkInterface parse_varlink(std::string_view text) {
    return Parser(text).interface();
}

std::string mismatch(const VarlinkInterface& interface, const VarlinkType& type,
                     const nlohmann::json& value) {
    switch (type.kind) {
    case Kind::named: return mismatch(interface, interface.types.at(type.name), value);
    case Kind::structure: return mismatch_of_members(interface, type, value);
    case Kind::maybe: return value.is_null() ? "" : mismatch(interface, *type.element, value);
    case Kind::enumeration:
        return value.is_string() && std::ranges::count(type.words, value.get<std::string>()) > 0
                   ? ""
                   : "no word of the enumeration";
    case Kind::array:
    case Kind::map:
        if (type.kind == Kind::array ? !value.is_array() : !value.is_object())
            return "no list or map";
        for (const auto& element : value)
            if (const auto why = mismatch(interface, *type.element, element); !why.empty())
                return why;
        return "";
    default: return is_plain(type.kind, value) ? "" : fmt::format("is {}", value.dump());
    }
}

} // namespace av1encd
