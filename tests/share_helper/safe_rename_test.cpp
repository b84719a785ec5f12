#include "daemon/share_helper/safe_rename.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>

namespace av1encd {
namespace {

constexpr FileSystemSupport sshfs{.links = true, .rename_noreplace = false};

class SafeRename : public ::testing::Test {
protected:
    Spot spot(std::string_view name) const { return find_spot(root_.get(), name, "share"); }
    bool exists(std::string_view name) const {
        return std::filesystem::exists(folder_.path() / name);
    }

    TemporaryFolder folder_;
    UniqueFd root_{::open(folder_.path().c_str(), O_PATH | O_DIRECTORY)};
};

TEST_F(SafeRename, AMissingSourceIsGoneOnEveryWay) {
    for (const auto support : {FileSystemSupport{}, sshfs})
        for (const auto fallback : {Fallback::look, Fallback::placeholder})
            EXPECT_EQ(rename_without_replacing(spot("a"), spot("b"), fallback, support),
                      Renamed::source_gone);
    EXPECT_FALSE(exists("b"));
}

TEST_F(SafeRename, ATakenNameIsLeftAloneOnEveryWay) {
    folder_.write("a", "new");
    folder_.write("b", "old");
    for (const auto support : {FileSystemSupport{}, sshfs})
        for (const auto fallback : {Fallback::look, Fallback::placeholder})
            EXPECT_EQ(rename_without_replacing(spot("a"), spot("b"), fallback, support),
                      Renamed::name_taken);
    EXPECT_EQ(folder_.read("a"), "new");
    EXPECT_EQ(folder_.read("b"), "old");
}

TEST_F(SafeRename, AFreeNameIsTakenOnEveryWay) {
    for (const auto support : {FileSystemSupport{}, sshfs}) {
        for (const auto fallback : {Fallback::look, Fallback::placeholder}) {
            folder_.write("a", "new");
            EXPECT_EQ(rename_without_replacing(spot("a"), spot("b"), fallback, support),
                      Renamed::done);
            EXPECT_EQ(folder_.read("b"), "new");
            EXPECT_FALSE(exists("a"));
            std::filesystem::remove(folder_.path() / "b");
        }
    }
}

TEST_F(SafeRename, ALinkThatDanglesTakesItsName) {
    folder_.write("a", "new");
    std::filesystem::create_symlink("nowhere", folder_.path() / "b");
    for (const auto support : {FileSystemSupport{}, sshfs})
        for (const auto fallback : {Fallback::look, Fallback::placeholder})
            EXPECT_EQ(rename_without_replacing(spot("a"), spot("b"), fallback, support),
                      Renamed::name_taken);
    EXPECT_TRUE(std::filesystem::is_symlink(folder_.path() / "b"));
}

TEST_F(SafeRename, APlaceholderIsRemovedOnlyWhileItIsEmpty) {
    folder_.write("empty", "");
    folder_.write("full", "x");
    std::filesystem::create_symlink("empty", folder_.path() / "link");
    remove_placeholder(spot("link"));
    remove_placeholder(spot("full"));
    EXPECT_TRUE(exists("empty") && exists("full"));
    remove_placeholder(spot("empty"));
    remove_placeholder(spot("missing"));
    EXPECT_FALSE(exists("empty"));
}

} // namespace
} // namespace av1encd
