// The file that is installed and the manual page beside it say what the program knows, all of it.

#include "daemon/config_file/config_keys.hpp"
#include "daemon/config_file/config_loader.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>

namespace av1encd {
namespace {

const std::filesystem::path source_folder = AV1ENCD_SOURCE_DIR;

std::string read(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    EXPECT_FALSE(text.str().empty()) << file;
    return text.str();
}

/// Keys stand behind `#` without a space, or with as many as their section is deep.
std::string uncommented(const std::string& text) {
    static const std::regex commented_key("(^|\n)#((?:  )*[a-z])");
    return std::regex_replace(text, commented_key, "$1$2");
}

TEST(ShippedConfig, LoadsAndIsTheDefaults) {
    EXPECT_EQ(load_config(source_folder / "etc/av1encd.yaml"), Config{});
}

TEST(ShippedConfig, ShowsEveryKeyAtItsDefault) {
    const TemporaryFolder folder;
    const auto text = uncommented(read(source_folder / "etc/av1encd.yaml"));
    EXPECT_EQ(load_config(folder.write("a.yaml", text)), Config{});

    const YamlNode root = parse_yaml(text).root;
    for (const ConfigKey& key : config_keys()) {
        const YamlNode* node = &root;
        std::istringstream words(key.name);
        for (std::string word; node != nullptr && std::getline(words, word, '.');) {
            const auto member = std::ranges::find_if(
                node->members, [&](const YamlMember& m) { return m.key.text == word; });
            node = member == node->members.end() ? nullptr : &member->value;
        }
        EXPECT_NE(node, nullptr) << key.name;
    }
}

TEST(ShippedConfig, TheManualPageHasEveryKeyWithItsDefault) {
    const std::string page = read(source_folder / "man/av1encd.yaml.5.scd");
    for (const ConfigKey& key : config_keys()) {
        const std::string heading = fmt::format("*{}*: {}\n", key.name, key.print(Config{}));
        EXPECT_NE(page.find(heading), std::string::npos) << heading;
    }
    const std::regex any_key(R"(\n\*[a-z_.]+\*: )");
    const auto keys = std::distance(std::sregex_iterator(page.begin(), page.end(), any_key), {});
    EXPECT_EQ(static_cast<std::size_t>(keys), config_keys().size()) << "and no other key";
}

} // namespace
} // namespace av1encd
