// Reads the include lines of the whole program against the table in ARCHITECTURE.md.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace av1encd {
namespace {

using Layers = std::set<std::string>;

const std::filesystem::path top = AV1ENCD_SOURCE_DIR;

// What each may include beside itself.
const std::map<std::string, Layers> allowed = {
    {"common", {}},
    {"daemon/config", {"common"}},
    {"daemon/config_file", {"common", "daemon/config"}},
    {"daemon/core", {"common", "daemon/config"}},
    {"daemon/pipeline", {"common", "daemon/config", "daemon/core"}},
    {"daemon/control", {"common", "daemon/config", "daemon/core", "daemon/pipeline"}},
    {"daemon/system", {"common", "daemon/config", "daemon/core", "daemon/pipeline/ports"}},
    {"daemon/share_helper", {"common"}},
    {"ctl", {"common"}},
};

/// The layer of a file, by its path from the top: `daemon/pipeline/ports` is one of its own for
/// those who may include nothing else of the pipeline.
std::string layer_of(const std::filesystem::path& path) {
    const auto folder = path.parent_path().generic_string();
    if (folder == "daemon/pipeline/ports")
        return folder;
    for (const auto& [layer, others] : allowed)
        if (folder == layer || folder.starts_with(layer + "/"))
            return layer;
    return folder;
}

std::vector<std::string> included_by(const std::filesystem::path& file) {
    std::vector<std::string> paths;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        constexpr std::string_view begin = "#include \"";
        if (line.starts_with(begin))
            paths.push_back(line.substr(begin.size(), line.rfind('"') - begin.size()));
    }
    return paths;
}

std::vector<std::filesystem::path> sources_of(const std::string& layer) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(top / layer))
        if (entry.path().extension() == ".cpp" || entry.path().extension() == ".hpp")
            files.push_back(std::filesystem::relative(entry.path(), top));
    return files;
}

bool may_include(const std::string& layer, const std::string& included) {
    const auto target = layer_of(included);
    if (target == layer || (layer == "daemon/pipeline" && target == "daemon/pipeline/ports") ||
        (layer == "daemon/control" && target == "daemon/pipeline/ports"))
        return true;
    return allowed.at(layer).contains(target);
}

TEST(Layers, IncludeOnlyWhatStandsToTheirLeft) {
    for (const auto& [layer, others] : allowed) {
        const auto files = sources_of(layer);
        EXPECT_FALSE(files.empty()) << layer;
        for (const auto& file : files)
            for (const auto& included : included_by(top / file))
                EXPECT_TRUE(may_include(layer, included)) << file << " includes " << included;
    }
}

TEST(Layers, KeepAsioAndSpdlogAndYamlAndFilesOutOfTheCore) {
    const std::vector<std::string> strangers = {"<boost/",   "<spdlog",    "<yaml-cpp",
                                                "<fstream>", "<unistd.h>", "<SQLiteCpp"};
    for (const auto& file : sources_of("daemon/core")) {
        std::ifstream in(top / file);
        for (std::string line; std::getline(in, line);)
            for (const auto& stranger : strangers)
                EXPECT_FALSE(line.starts_with("#include " + stranger)) << file << ": " << line;
    }
}

TEST(Layers, KeepEachLibraryInOnePlace) {
    const std::map<std::string, std::string> homes = {{"<boost/process", "daemon/system"},
                                                      {"<spdlog", "daemon/system"},
                                                      {"<SQLiteCpp", "daemon/system"},
                                                      {"<yaml-cpp", "daemon/config_file"},
                                                      {"<sdbus-c++", "daemon/control"}};
    for (const auto& [layer, others] : allowed)
        for (const auto& file : sources_of(layer)) {
            std::ifstream in(top / file);
            for (std::string line; std::getline(in, line);)
                for (const auto& [library, home] : homes)
                    EXPECT_TRUE(layer == home || !line.starts_with("#include " + library))
                        << file << ": " << line;
        }
}

// g++ 12 gives the rest of such a coroutine a frame that was never filled in.
TEST(Layers, AwaitNothingInTheHeadOfALoop) {
    const std::regex head("\\b(while|for) ?\\(.*co_await");
    for (const auto& [layer, others] : allowed)
        for (const auto& file : sources_of(layer)) {
            std::ifstream in(top / file);
            for (std::string line; std::getline(in, line);)
                EXPECT_FALSE(std::regex_search(line, head)) << file << ": " << line;
        }
}

} // namespace
} // namespace av1encd
