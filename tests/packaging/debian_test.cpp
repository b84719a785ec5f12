// What the packaging says twice has to be the same.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::IsSupersetOf;
using ::testing::StartsWith;

const fs::path packaging = fs::path(AV1ENCD_SOURCE_DIR) / "packaging";

std::string read(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

std::set<std::string> words(const std::string& text, const char* pattern) {
    const std::regex word(pattern);
    std::set<std::string> found;
    for (std::sregex_iterator match(text.begin(), text.end(), word), end; match != end; ++match)
        found.insert((*match)[0]);
    return found;
}

/// From `begin` up to `end`, both left out.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
    const auto from = text.find(begin) + begin.size();
    return text.substr(from, text.find(end, from) - from);
}

TEST(DebianPackage, IsBuiltWithWhatInstallDependenciesInstalls) {
    auto installed = words(between(read(packaging / "install-dependencies"), "build=(", ")"),
                           "[a-z][a-z0-9.+-]+");
    installed.erase("g++"); // essential for building anything
    EXPECT_THAT(words(between(read(packaging / "debian/control"), "Build-Depends:", "\n\n"),
                      "[a-z][a-z0-9.+-]+"),
                IsSupersetOf(installed));
}

TEST(DebianPackage, HasTheVersionOfTheProgram) {
    EXPECT_THAT(read(packaging / "debian/changelog"), StartsWith("av1encd (" AV1ENCD_VERSION ") "));
}

} // namespace
} // namespace av1encd
