#include "common/error.hpp"
#include "daemon/system/ffmpeg_processes.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace av1encd {
namespace {

namespace fs = std::filesystem;

class Variable {
public:
    Variable(const char* name, const std::string& value) : name_(name) {
        ::setenv(name, value.c_str(), 1);
    }
    ~Variable() { ::unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* name_;
};

class PathVariable {
public:
    explicit PathVariable(const std::string& value) : before_(std::getenv("PATH")) {
        ::setenv("PATH", value.c_str(), 1);
    }
    ~PathVariable() { ::setenv("PATH", before_.c_str(), 1); }
    PathVariable(const PathVariable&) = delete;
    PathVariable& operator=(const PathVariable&) = delete;

private:
    std::string before_;
};

TEST(FindFfmpeg, TakesTheFirstProgramsInThePath) {
    const TemporaryFolder first, second;
    fs::create_directory(first.path() / "ffmpeg"); // not a program
    fs::permissions(first.write("ffprobe", ""), fs::perms::owner_all);
    fs::permissions(second.write("ffmpeg", ""), fs::perms::owner_all);
    fs::permissions(second.write("ffprobe", ""), fs::perms::owner_all);
    const PathVariable path("relative::" + first.path().string() + ":" + second.path().string());
    EXPECT_EQ(find_ffmpeg().ffmpeg, second.path() / "ffmpeg");
    EXPECT_EQ(find_ffmpeg().ffprobe, first.path() / "ffprobe");
}

TEST(FindFfmpeg, TakesPlacesAndMemoryFromTheEnvironment) {
    EXPECT_TRUE(find_ffmpeg().own_places.empty());
    EXPECT_EQ(find_ffmpeg().memory, std::nullopt);
    const Variable places("AV1ENCD_FFMPEG_PATHS", "/a b:relative::/c");
    EXPECT_EQ(find_ffmpeg().own_places, (std::vector<fs::path>{"/a b", "/c"}));
    const Variable memory("AV1ENCD_FFMPEG_MEMORY", "8GiB");
    EXPECT_EQ(find_ffmpeg().memory, 8ULL << 30);
    const Variable none("AV1ENCD_FFMPEG_MEMORY", "off");
    EXPECT_EQ(find_ffmpeg().memory, 0U);
}

std::string refusal_of_memory(const std::string& text) {
    const Variable memory("AV1ENCD_FFMPEG_MEMORY", text);
    try {
        find_ffmpeg();
        return "taken";
    } catch (const ConfigError& error) {
        return error.what();
    }
}

TEST(FindFfmpeg, RefusesAMemoryThatIsNoSizeOrTooLittleToBegin) {
    EXPECT_EQ(refusal_of_memory("much"),
              "AV1ENCD_FFMPEG_MEMORY: 'much' is neither a size as 8GiB nor off");
    EXPECT_EQ(refusal_of_memory("63MiB"),
              "AV1ENCD_FFMPEG_MEMORY: no ffmpeg begins with 63MiB: 64MiB at least, or off");
    EXPECT_EQ(refusal_of_memory("64MiB"), "taken");
}

TEST(FindFfmpeg, NamesThePackageToInstall) {
    const TemporaryFolder folder;
    const PathVariable path(folder.path().string());
    try {
        find_ffmpeg();
        FAIL() << "found";
    } catch (const ConfigError& error) {
        EXPECT_STREQ(error.what(), "ffmpeg is not installed: apt install ffmpeg");
    }
}

} // namespace
} // namespace av1encd
