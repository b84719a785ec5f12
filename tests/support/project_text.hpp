#pragma once
// The project's own files as text, and what is found in them: for tests that hold one file against
// another.

#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace av1encd {

/// Of a file below the project's folder.
inline std::string project_text(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(AV1ENCD_SOURCE_DIR "/" + path).rdbuf();
    return text.str();
}

/// The lines of a manual page's section, up to the next header; empty where there is none.
inline std::string manual_section(const std::string& page, const std::string& name) {
    const auto text = project_text("man/" + page + ".scd");
    const auto begin = text.find("\n# " + name + "\n");
    if (begin == std::string::npos)
        return "";
    return text.substr(begin, text.find("\n# ", begin + 1) - begin);
}

/// The first group of every match.
inline std::set<std::string> all_matches(const std::string& text, const std::string& pattern) {
    const std::regex expression(pattern);
    std::set<std::string> matches;
    for (std::sregex_iterator match(text.begin(), text.end(), expression), end; match != end;
         ++match)
        matches.insert((*match)[1]);
    return matches;
}

} // namespace av1encd
