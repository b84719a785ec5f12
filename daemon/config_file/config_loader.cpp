#include "daemon/config_file/config_loader.hpp"

#include "common/source_text.hpp"
#include "daemon/config_file/config_keys.hpp"
#include "daemon/config_file/nearest_key.hpp"
#include "daemon/config_file/yaml_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <map>
#include <memory>
#include <set>

namespace av1encd {
namespace {

namespace fs = std::filesystem;

/// Throws Error with the system's reason.
std::string read_whole(const fs::path& file) {
    const std::string what = fmt::format("cannot read {}", source_for_display(file.native()));
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(file.c_str(), "re"),
                                                                 &std::fclose);
    if (!stream)
        throw system_error(errno, what);
    std::string text;
    std::array<char, 4096> piece{};
    while (const auto count = std::fread(piece.data(), 1, piece.size(), stream.get()))
        text.append(piece.data(), count);
    if (std::ferror(stream.get()) != 0)
        throw system_error(errno, what);
    return text;
}

/// *.yaml in name order; none where there is no such folder. Throws Error.
std::vector<fs::path> yaml_files(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> files;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const auto name = entry->path().filename().native();
        if (name.ends_with(".yaml") && !name.starts_with('.'))
            files.push_back(entry->path());
    }
    if (error && error != std::errc::no_such_file_or_directory)
        throw system_error(error.value(),
                           fmt::format("cannot read {}", source_for_display(folder.native())));
    std::ranges::sort(files);
    return files;
}

/// Takes file after file over into one Config and gathers what is wrong with any of them.
class Loader {
public:
    void take_file(const fs::path& file);
    void take_folder(const fs::path& folder);
    /// Throws ConfigError where there was a mistake.
    Config finish();

private:
    struct Origin {
        std::size_t file = 0; ///< by the order of reading
        std::optional<SourcePlace> place;
        auto operator<=>(const Origin&) const = default;
    };
    struct Line {
        Origin origin;
        std::string text;
    };

    void take_section(const std::string& section, const YamlNode& node);
    void take_member(const std::string& section, const YamlMember& member);
    void take_value(const ConfigKey& key, const YamlMember& member);
    void find_doubles(const std::string& section, const YamlNode& node);
    void check_rules();
    Origin origin_of(const Complaint& complaint) const;
    void complain(const Origin& origin, std::string_view reason);
    void complain_here(std::optional<SourcePlace> place, std::string_view reason);
    void complain_as_is(std::string_view text);

    Config config_;
    std::vector<std::string> files_; ///< as they are displayed
    std::vector<Line> complaints_;
    std::map<std::string, Origin> origins_; ///< of the values, by key
    std::set<std::string> misread_;         ///< keys with a value that could not be taken over
    bool incomplete_ = false;               ///< a file could not be read to its end
};

std::string below(const std::string& section, const std::string& word) {
    return section.empty() ? word : section + "." + word;
}

void Loader::take_file(const fs::path& file) {
    files_.push_back(source_for_display(file.native()));
    try {
        const YamlDocument document = parse_yaml(read_whole(file));
        for (const Mistake& mistake : document.mistakes)
            complain_here(mistake.place, mistake.reason);
        incomplete_ = incomplete_ || !document.mistakes.empty();
        take_section("", document.root);
    } catch (const Error& error) {
        complain_as_is(error.what());
    }
}

void Loader::take_folder(const fs::path& folder) {
    try {
        for (const fs::path& file : yaml_files(folder))
            take_file(file);
    } catch (const Error& error) {
        complain_as_is(error.what());
    }
}

void Loader::take_section(const std::string& section, const YamlNode& node) {
    const std::string expected =
        section.empty() ? "expected keys" : section + ": expected keys below it";
    if (node.kind == YamlNode::Kind::list)
        complain_here(node.place, expected + ", not a list");
    if (node.kind == YamlNode::Kind::scalar)
        complain_here(node.place, fmt::format("{}, not '{}'", expected, node.text));
    find_doubles(section, node);
    for (const YamlMember& member : node.members)
        take_member(section, member);
}

void Loader::take_member(const std::string& section, const YamlMember& member) {
    if (member.key.kind != YamlNode::Kind::scalar) {
        complain_here(member.key.place, "expected a key of one word");
        return;
    }
    const std::string& word = member.key.text;
    const std::string name = below(section, word);
    const ConfigKey* key = find_key(name);
    const bool one_word = word.find('.') == std::string::npos;
    if (one_word && key != nullptr)
        take_value(*key, member);
    else if (one_word && is_section(name))
        take_section(name, member.value);
    else
        complain_here(member.key.place,
                      fmt::format("unknown key '{}'{}", name, hint_for_unknown_key(name)));
}

void Loader::take_value(const ConfigKey& key, const YamlMember& member) {
    const bool empty = member.value.kind == YamlNode::Kind::null;
    const auto mistakes = key.read(member.value, config_);
    for (const Mistake& mistake : mistakes)
        // An empty value's own place is wherever the next thing stands.
        complain_here(empty ? member.key.place : mistake.place,
                      fmt::format("{}: {}", key.name, mistake.reason));
    if (mistakes.empty())
        origins_[key.name] = {files_.size() - 1, member.value.place};
    else
        misread_.insert(key.name);
}

void Loader::find_doubles(const std::string& section, const YamlNode& node) {
    std::map<std::string, int> lines;
    for (const auto& [key, value] : node.members) {
        const std::string name = below(section, key.text);
        const bool known = find_key(name) != nullptr || is_section(name);
        const auto [first, is_new] = lines.emplace(name, key.place.line);
        if (known && !is_new)
            complain_here(key.place, fmt::format("doubled key '{}'; it stands on line {} already",
                                                 name, first->second));
    }
}

/// Leaves out what may only look broken because a part of the configuration is not known.
void Loader::check_rules() {
    for (const Complaint& complaint : validate(config_)) {
        const bool uncertain = misread_.contains(complaint.key) ||
                               misread_.contains(complaint.other_key) ||
                               (incomplete_ && !complaint.other_key.empty());
        if (!uncertain)
            complain(origin_of(complaint), fmt::format("{}: {}", complaint.key, complaint.reason));
    }
}

Loader::Origin Loader::origin_of(const Complaint& complaint) const {
    for (const std::string& key : {complaint.key, complaint.other_key})
        if (const auto origin = origins_.find(key); origin != origins_.end())
            return origin->second;
    return {};
}

void Loader::complain(const Origin& origin, std::string_view reason) {
    std::string where = files_.at(origin.file);
    if (origin.place)
        where += fmt::format(":{}:{}", origin.place->line, origin.place->column);
    complaints_.push_back({origin, fmt::format("{}: {}", where, printable(reason))});
}

void Loader::complain_here(std::optional<SourcePlace> place, std::string_view reason) {
    complain({files_.size() - 1, place}, reason);
}

void Loader::complain_as_is(std::string_view text) {
    incomplete_ = true;
    complaints_.push_back({{files_.size() - 1, std::nullopt}, std::string(text)});
}

Config Loader::finish() {
    check_rules();
    if (complaints_.empty())
        return std::move(config_);
    std::ranges::stable_sort(complaints_, {}, &Line::origin);
    std::vector<std::string> lines;
    for (const Line& complaint : complaints_)
        lines.push_back(complaint.text);
    throw ConfigError(fmt::format("{}", fmt::join(lines, "\n")));
}

} // namespace

Config load_config(const fs::path& file) {
    Loader loader;
    loader.take_file(file);
    loader.take_folder(file.parent_path() / "conf.d");
    return loader.finish();
}

} // namespace av1encd
