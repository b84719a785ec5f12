#include "tests/share_helper/requests_fixture.hpp"

#include <gmock/gmock.h>

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace av1encd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SourceScan : public RequestsTest {
protected:
    Finished scan(ShareRequests& helper, std::vector<std::string> extensions = {"mp4"}) {
        parts_.clear();
        return as<Finished>(helper.answer(ScanSources{std::move(extensions)}, {}));
    }
    std::string source(const std::filesystem::path& name) const {
        return write("jobs/to_assign" / name, "video");
    }
};

TEST_F(SourceScan, FindsSourcesInAllFoldersByTheirExtensionInAnyCase) {
    auto helper = opened();
    for (const auto* name : {"a.mp4", "sub/B.MP4", "sub/deep/c.Mkv", "d.txt", "mp4", "e.mp4.txt"})
        source(name);
    scan(helper, {"mp4", "mkv"});
    EXPECT_THAT(files_told(), ElementsAre("a.mp4", "sub/B.MP4", "sub/deep/c.Mkv"));
    EXPECT_THAT(strange_told(), IsEmpty());
}

TEST_F(SourceScan, PassesOverHiddenNamesPartsAndHiddenFolders) {
    auto helper = opened();
    for (const auto* name : {".a.mp4", "b.mp4.part", ".Trash/c.mp4", "d.mp4"})
        source(name);
    scan(helper, {"mp4", "part"});
    EXPECT_THAT(files_told(), ElementsAre("d.mp4"));
}

TEST_F(SourceScan, NamesOfEveryKindComeAsTheyAre) {
    auto helper = opened();
    const std::vector<std::string> all = {
        "\xff\xfe.mp4", "\n.mp4",   "'\"\\.mp4",
        "-rf.mp4",      "%03d.mp4", "a:b.mp4",
        " .mp4",        "\x01.mp4", std::string(251, 'x') + ".mp4"};
    for (const auto& name : all)
        source(name);
    scan(helper);
    EXPECT_THAT(files_told(), ::testing::UnorderedElementsAreArray(all));
}

TEST_F(SourceScan, WhatIsNoFileIsToldAndNeverEntered) {
    auto helper = opened();
    const auto place = jobs("to_assign/");
    source("folder.mp4/inside.mp4");
    folder_.write("outside/secret.mp4", "");
    std::filesystem::create_symlink("/etc/passwd", place + "link.mp4");
    std::filesystem::create_symlink(folder_.path() / "outside", place + "linked-folder");
    ASSERT_EQ(::mkfifo((place + "pipe.mp4").c_str(), 0666), 0);
    scan(helper);
    EXPECT_THAT(files_told(), IsEmpty());
    EXPECT_THAT(strange_told(), ElementsAre(StrangeFile{"folder.mp4", "is a folder"},
                                            StrangeFile{"link.mp4", "is a symbolic link"},
                                            StrangeFile{"pipe.mp4", "is a pipe"}));
}

TEST_F(SourceScan, ASocketIsToldOf) {
    auto helper = opened();
    const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{AF_UNIX, {}};
    const auto path = jobs("to_assign/s.mp4");
    ASSERT_LT(path.size(), sizeof address.sun_path);
    path.copy(address.sun_path, path.size());
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    scan(helper);
    EXPECT_THAT(strange_told(), ElementsAre(StrangeFile{"s.mp4", "is a socket"}));
}

TEST_F(SourceScan, AFolderThatMayNotBeReadIsToldWithTheLineToMendIt) {
    const AsOrdinaryUser ordinary;
    auto helper = opened();
    source("good.mp4");
    source("it's closed/a.mp4");
    const auto closed = jobs("to_assign/it's closed");
    std::filesystem::permissions(closed, std::filesystem::perms::none);
    scan(helper);
    EXPECT_THAT(files_told(), ElementsAre("good.mp4"));
    EXPECT_THAT(
        strange_told(),
        ElementsAre(StrangeFile{"it's closed", "this user may not read the folder: chmod u+rx '" +
                                                   jobs("to_assign/it'\\''s closed") + "'"}));
    std::filesystem::permissions(closed, std::filesystem::perms::owner_all);
}

TEST_F(SourceScan, APlaceThatMayNotBeReadMakesTheShareUnavailable) {
    const AsOrdinaryUser ordinary;
    auto helper = opened();
    std::filesystem::permissions(jobs("to_assign"), std::filesystem::perms::none);
    EXPECT_EQ(unavailable_reason(helper.answer(ScanSources{{"mp4"}}, {})),
              fmt::format("cannot open the folder {0}: Permission denied: chmod u+rx '{0}'",
                          jobs("to_assign")));
}

TEST_F(SourceScan, AMissingPlaceMakesTheShareUnavailable) {
    auto helper = opened();
    std::filesystem::remove(jobs("to_assign"));
    EXPECT_EQ(unavailable_reason(helper.answer(ScanSources{{"mp4"}}, {})),
              "cannot open the folder " + jobs("to_assign") + ": No such file or directory");
}

TEST_F(SourceScan, APlaceReplacedByALinkIsNotFollowed) {
    auto helper = opened();
    folder_.write("outside/secret.mp4", "");
    std::filesystem::remove(jobs("to_assign"));
    std::filesystem::create_symlink("../../outside", jobs("to_assign"));
    EXPECT_EQ(unavailable_reason(helper.answer(ScanSources{{"mp4"}}, {})),
              "cannot open the folder " + jobs("to_assign") + ": Not a directory");
    EXPECT_THAT(files_told(), IsEmpty());
}

TEST_F(SourceScan, AVeryDeepTreeNeedsFewDescriptors) {
    auto helper = opened();
    std::string deep;
    for (int depth = 0; depth < 500; ++depth)
        deep += "d/";
    source(deep + "a.mp4");
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit few{40, before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
    scan(helper);
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_THAT(files_told(), ElementsAre(deep + "a.mp4"));
}

TEST_F(SourceScan, AFolderDeeperThanAPathMayBeIsToldOf) {
    auto helper = opened();
    const auto made = UniqueFd(::open(jobs("to_assign").c_str(), O_PATH | O_DIRECTORY));
    const std::string name(200, 'd');
    UniqueFd at(::dup(made.get()));
    for (int depth = 0; depth < 25; ++depth) {
        ASSERT_EQ(::mkdirat(at.get(), name.c_str(), 0777), 0);
        at = UniqueFd(::openat(at.get(), name.c_str(), O_PATH | O_DIRECTORY));
    }
    scan(helper);
    ASSERT_EQ(strange_told().size(), 1U);
    EXPECT_EQ(strange_told()[0].reason, "the folder cannot be read: File name too long");
}

TEST_F(SourceScan, ManySourcesComeInMessagesThatFit) {
    auto helper = opened();
    std::vector<std::string> all;
    for (int i = 0; i < 1000; ++i) {
        all.push_back(fmt::format("{:0200}.mp4", i));
        source(all.back());
    }
    scan(helper);
    for (const auto& part : parts_)
        EXPECT_LE(encode(Numbered<ShareAnswer>{1, part}).size(), max_share_message_bytes);
    EXPECT_GT(parts_.size(), 3U);
    EXPECT_EQ(files_told(), all);
}

TEST_F(SourceScan, ReachedLimitsOfWatchingAreSaidAndTheScanGoesOn) {
    auto helper = opened();
    source("a.mp4");
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    // The descriptor of the watch is the one too many; it is kept by the helper from then on.
    const UniqueFd next(::open("/dev/null", O_RDONLY));
    const rlimit none{static_cast<rlim_t>(next.get()), before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    const FolderWatch watch;
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(watch.unwatched(),
              "the kernel's limit of folders watched is reached (raise it: sysctl "
              "fs.inotify.max_user_instances): changes are found by the next look at all of them");
    EXPECT_EQ(watch.fd(), -1);
}

TEST_F(SourceScan, ListTellsRegularFilesOfAPlace) {
    auto helper = opened();
    write("jobs/in_progress/m1/sub/a.mp4", "");
    write("jobs/in_progress/m1/.nfs0001", "");
    write("jobs/in_progress/m2/b.mp4", "");
    std::filesystem::create_symlink("x", jobs("in_progress/m1/link.mp4"));
    parts_.clear();
    as<Finished>(helper.answer(ListFiles{TreePlace::in_progress}, {}));
    EXPECT_THAT(files_told(), ElementsAre("sub/a.mp4"));
}

TEST_F(SourceScan, TidyRemovesThePartsOfThisMachineAndNothingElse) {
    auto helper = opened();
    const std::vector<std::string> kept = {"output/c/.0123456789abcdef.m2.part",
                                           "output/c/.0123456789abcdef.x.m1.part",
                                           "output/c/0123456789abcdef.m1.part",
                                           "output/c/.short.m1.part",
                                           "output/c/a.mp4",
                                           "jobs/to_assign/.0123456789abcdef.m1.part"};
    const std::vector<std::string> removed = {
        "output/c/d/.0123456789abcdef.m1.part", "output/.fedcba9876543210.m1.part",
        "jobs/failed/.0123456789abcdef.m1.part", "jobs/logs/m1/.0123456789abcdef.m1.part",
        ".0123456789abcdef.m1.part"};
    for (const auto& name : kept)
        write(name, "");
    for (const auto& name : removed)
        write(name, "");
    as<Finished>(helper.answer(TidyTree{}, {}));
    for (const auto& name : kept)
        EXPECT_TRUE(std::filesystem::exists(root() + "/" + name)) << name;
    for (const auto& name : removed)
        EXPECT_FALSE(std::filesystem::exists(root() + "/" + name)) << name;
}

TEST_F(SourceScan, TidyRemovesPlaceholdersOnlyWhileTheyAreEmpty) {
    auto helper = opened();
    write("jobs/done/empty.mp4", "");
    write("jobs/done/full.mp4", "x");
    as<Finished>(helper.answer(TidyTree{{{TreePlace::done, "empty.mp4"},
                                         {TreePlace::done, "full.mp4"},
                                         {TreePlace::done, "gone/with/its/folder.mp4"}}},
                               {}));
    EXPECT_THAT(names("jobs/done"), ElementsAre("full.mp4"));
}

TEST_F(SourceScan, TidyRemovesAPlaceholderThatHadToTakeANumber) {
    auto helper = opened();
    write("jobs/done/a.mp4", "another source");
    write("jobs/done/a (2).mp4", "");
    as<Finished>(helper.answer(TidyTree{{{TreePlace::done, "a.mp4"}}}, {}));
    EXPECT_THAT(names("jobs/done"), ElementsAre("a.mp4"));
}

TEST_F(SourceScan, TidyKeepsAnEmptySourceThatFailedEarlier) {
    auto helper = opened();
    write("jobs/failed/a.mp4", "");
    write("jobs/failed/a.mp4.error.txt", "not a video: the file is empty");
    write("jobs/failed/a (2).mp4", "");
    as<Finished>(helper.answer(TidyTree{{{TreePlace::failed, "a.mp4"}}}, {}));
    EXPECT_THAT(names("jobs/failed"), ElementsAre("a.mp4", "a.mp4.error.txt"));
}

} // namespace
} // namespace av1encd
