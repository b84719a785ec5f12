#include "daemon/config_file/nearest_key.hpp"

#include "daemon/config_file/config_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace av1encd {
namespace {

struct Name {
    std::string_view section; ///< empty at the top
    std::string_view word;
};

Name split(std::string_view dotted) {
    const auto dot = dotted.rfind('.');
    if (dot == std::string_view::npos)
        return {{}, dotted};
    return {dotted.substr(0, dot), dotted.substr(dot + 1)};
}

/// Levenshtein's: letters to add, remove or replace.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

std::set<std::string> keys_and_sections() {
    std::set<std::string> names;
    for (const ConfigKey& key : config_keys())
        for (std::string_view name = key.name; !name.empty(); name = split(name).section)
            names.emplace(name);
    return names;
}

struct Candidate {
    std::size_t distance;
    bool elsewhere; ///< not in the section where the unknown key stands
    std::string name;
    auto operator<=>(const Candidate&) const = default;
};

} // namespace

std::string hint_for_unknown_key(std::string_view unknown) {
    const Name wanted = split(unknown);
    if (find_key(unknown) != nullptr)
        return fmt::format("; write '{}' below '{}'", wanted.word, wanted.section);
    // A third of the letters wrong is still a slip; more is another word.
    const std::size_t most = std::max<std::size_t>(1, wanted.word.size() / 3);
    std::set<Candidate> candidates;
    for (const std::string& known : keys_and_sections()) {
        const Name name = split(known);
        const auto distance = edit_distance(wanted.word, name.word);
        if (distance <= most)
            candidates.insert({distance, name.section != wanted.section, known});
    }
    if (candidates.empty())
        return {};
    return fmt::format("; did you mean '{}'?", candidates.begin()->name);
}

} // namespace av1encd
