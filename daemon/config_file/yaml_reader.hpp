#pragma once
// A YAML file as a plain tree in which everything knows its place. Scalars stay the text that
// stands there: whoever knows the key decides what `010` or `yes` means. Doubled keys are kept, for
// the loader to complain of.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace av1encd {

/// Both from 1; a column counts characters as yaml-cpp does: bytes.
struct SourcePlace {
    int line = 1;
    int column = 1;
    auto operator<=>(const SourcePlace&) const = default;
};

/// A complaint about a file; without a place about the file as a whole.
struct Mistake {
    std::optional<SourcePlace> place;
    std::string reason;
    bool operator==(const Mistake&) const = default;
};

struct YamlMember;

struct YamlNode {
    enum class Kind { null, scalar, list, map };
    Kind kind = Kind::null;
    SourcePlace place;
    std::string text;                ///< of a scalar
    std::vector<YamlNode> items;     ///< of a list
    std::vector<YamlMember> members; ///< of a map, in the order of the file
    bool operator==(const YamlNode&) const = default;
};

struct YamlMember {
    YamlNode key;
    YamlNode value;
    bool operator==(const YamlMember&) const = default;
};

/// What could be read; after broken YAML that is nothing (a null node). An empty file is a null
/// node without mistakes.
struct YamlDocument {
    YamlNode root;
    std::vector<Mistake> mistakes;
    bool operator==(const YamlDocument&) const = default;
};

/// Refuses more than one document, and aliases: a file with them can be small and yet without end.
YamlDocument parse_yaml(const std::string& text);

} // namespace av1encd
