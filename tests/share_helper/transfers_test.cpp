#include "daemon/share_helper/sha256.hpp"
#include "tests/share_helper/requests_fixture.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

namespace av1encd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string sha256(std::string_view bytes) {
    Sha256 hash;
    hash.add(bytes);
    return hash.hex();
}

/// No file grows beyond this while it lives; writing on is an error.
class LargestFile {
public:
    explicit LargestFile(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        former_ = ::signal(SIGXFSZ, SIG_IGN);
    }
    ~LargestFile() {
        ::signal(SIGXFSZ, former_);
        ::setrlimit(RLIMIT_FSIZE, &before_);
    }
    LargestFile(const LargestFile&) = delete;
    LargestFile& operator=(const LargestFile&) = delete;

private:
    rlimit before_{};
    sighandler_t former_ = SIG_DFL;
};

class Transfers : public RequestsTest {
protected:
    FileCopied fetch(ShareRequests& helper, const TreePath& file) {
        return as<FileCopied>(helper.answer(FetchFile{file}, local_target()));
    }
    FileCopied publish(ShareRequests& helper, const TreePath& target, std::string_view text) {
        return as<FileCopied>(helper.answer(PublishFile{target}, local_file(text)));
    }
    /// A small file system of its own at `place`, seen by this process alone; false: only root may.
    bool mount_tmpfs(const std::string& place, const char* options) {
        std::filesystem::create_directories(place);
        return ::unshare(CLONE_NEWNS) == 0 &&
               ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               ::mount("none", place.c_str(), "tmpfs", 0, options) == 0;
    }
    const std::string large_ = std::string(3'000'000, 'v') + "end";
};

TEST_F(Transfers, AKnownTextHasItsKnownHash) {
    EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(Transfers, AFetchedFileHasTheSameBytesAndTellsItsHash) {
    auto helper = opened();
    const auto source = write("jobs/in_progress/m1/sub/a.mp4", large_);
    EXPECT_EQ(fetch(helper, {TreePlace::in_progress, "sub/a.mp4"}),
              (FileCopied{Copy::copied, stamp(source), sha256(large_), ""}));
    EXPECT_EQ(fetched(), large_);
}

TEST_F(Transfers, AnEmptyFileIsFetched) {
    auto helper = opened();
    const auto source = write("jobs/in_progress/m1/a.mp4", "");
    EXPECT_EQ(fetch(helper, {TreePlace::in_progress, "a.mp4"}),
              (FileCopied{Copy::copied, stamp(source), sha256(""), ""}));
}

TEST_F(Transfers, AMissingFileIsGone) {
    auto helper = opened();
    EXPECT_EQ(fetch(helper, {TreePlace::in_progress, "a.mp4"}), FileCopied{});
    EXPECT_EQ(fetch(helper, {TreePlace::in_progress, "no/folder/a.mp4"}), FileCopied{});
}

TEST_F(Transfers, ALinkIsNotFetched) {
    auto helper = opened();
    std::filesystem::create_symlink("/etc/passwd", jobs("in_progress/m1/a.mp4"));
    EXPECT_EQ(fetch(helper, {TreePlace::in_progress, "a.mp4"}),
              (FileCopied{Copy::unreadable, {}, "", "is a symbolic link"}));
    EXPECT_EQ(fetched(), "");
}

TEST_F(Transfers, AFileThatMayNotBeReadIsToldWithTheLineToMendIt) {
    const AsOrdinaryUser ordinary;
    auto helper = opened();
    const auto source = write("jobs/in_progress/m1/a.mp4", "video");
    std::filesystem::permissions(source, std::filesystem::perms::none);
    EXPECT_EQ(
        fetch(helper, {TreePlace::in_progress, "a.mp4"}),
        (FileCopied{
            Copy::unreadable, {}, "", "this user may not read it: chmod u+r '" + source + "'"}));
}

TEST_F(Transfers, AFileThatGrowsWhileItIsFetchedHasChanged) {
    const auto source = write("jobs/in_progress/m1/a.mp4", large_);
    bool grown = false;
    ShareRequests helper({no_mount_tables(), {}}, [&](const ShareAnswer&) {
        if (!std::exchange(grown, true))
            std::filesystem::resize_file(source, large_.size() + 1);
    });
    as<TreeOpened>(helper.answer(tree(), {}));
    const auto copied = fetch(helper, {TreePlace::in_progress, "a.mp4"});
    EXPECT_TRUE(grown);
    EXPECT_EQ(copied.copy, Copy::changed);
    EXPECT_EQ(copied.stamp, stamp(source));
}

TEST_F(Transfers, AFileReplacedByALinkWhileItIsFetchedIsUnreadable) {
    const auto source = write("jobs/in_progress/m1/a.mp4", large_);
    bool replaced = false;
    ShareRequests helper({no_mount_tables(), {}}, [&](const ShareAnswer&) {
        if (std::exchange(replaced, true))
            return;
        std::filesystem::remove(source);
        std::filesystem::create_symlink("/etc/passwd", source);
    });
    as<TreeOpened>(helper.answer(tree(), {}));
    EXPECT_EQ(fetch(helper, {TreePlace::in_progress, "a.mp4"}),
              (FileCopied{Copy::unreadable, {}, "", "is a symbolic link"}));
    EXPECT_TRUE(replaced);
}

TEST_F(Transfers, AnEarlierCopyInTheTargetIsOverwritten) {
    auto helper = opened();
    write("jobs/in_progress/m1/a.mp4", "new");
    const UniqueFd target(::open(folder_.write("work/target", large_).c_str(), O_WRONLY));
    as<FileCopied>(helper.answer(FetchFile{{TreePlace::in_progress, "a.mp4"}}, target));
    EXPECT_EQ(fetched(), "new");
}

TEST_F(Transfers, AFileLargerThanWorkDirsFreeSpaceIsNotBegun) {
    auto helper = opened();
    const auto source = write("jobs/in_progress/m1/a.mp4", "");
    std::filesystem::resize_file(source, std::uintmax_t{1} << 42U); // sparse
    const auto copied = fetch(helper, {TreePlace::in_progress, "a.mp4"});
    EXPECT_EQ(copied.copy, Copy::no_space);
    EXPECT_THAT(copied.reason, HasSubstr("the source has 4398046511104"));
    EXPECT_EQ(fetched(), "");
}

TEST_F(Transfers, AWorkDirThatCannotBeWrittenIsNotTheSharesFault) {
    auto helper = opened();
    write("jobs/in_progress/m1/a.mp4", large_);
    const LargestFile limit(1'000'000);
    const auto answer = helper.answer(FetchFile{{TreePlace::in_progress, "a.mp4"}}, local_target());
    EXPECT_EQ(std::get<LocalFailure>(answer),
              LocalFailure{"cannot write its copy in work_dir: File too large"});
}

TEST_F(Transfers, APublishedFileLiesUnderItsNameAndNothingElseIsLeft) {
    auto helper = opened();
    const auto copied = publish(helper, {TreePlace::output, "crf24/sub/a.mp4"}, large_);
    EXPECT_EQ(copied,
              (FileCopied{Copy::copied, stamp(output() + "/crf24/sub/a.mp4"), sha256(large_), ""}));
    EXPECT_EQ(read("output/crf24/sub/a.mp4"), large_);
    EXPECT_THAT(names("output/crf24"), ElementsAre("sub/", "sub/a.mp4"));
}

TEST_F(Transfers, APublishedFileNeedsNeitherLinksNorExclusiveRenames) {
    for (const bool links : {false, true}) {
        for (const bool rename_noreplace : {false, true}) {
            auto helper = opened({.links = links, .rename_noreplace = rename_noreplace});
            EXPECT_EQ(publish(helper, {TreePlace::output, "a.mp4"}, "rendition").copy,
                      Copy::copied);
            EXPECT_THAT(names("output"), ElementsAre(".av1encd-share", "a.mp4"));
            EXPECT_EQ(publish(helper, {TreePlace::output, "a.mp4"}, "other").copy, Copy::exists);
            EXPECT_EQ(read("output/a.mp4"), "rendition");
            std::filesystem::remove(output() + "/a.mp4");
        }
    }
}

TEST_F(Transfers, APublishedFileNeverReplacesAnother) {
    auto helper = opened();
    write("output/a.mp4", "of somebody else");
    EXPECT_EQ(publish(helper, {TreePlace::output, "a.mp4"}, "rendition"),
              (FileCopied{Copy::exists, {}, "", ""}));
    write("output/b.mp4", "same size");
    EXPECT_EQ(publish(helper, {TreePlace::output, "b.mp4"}, "equal len").copy, Copy::exists);
    EXPECT_THAT(names("output"), ElementsAre(".av1encd-share", "a.mp4", "b.mp4"));
    EXPECT_EQ(read("output/a.mp4"), "of somebody else");
}

TEST_F(Transfers, ANameTakenWhileItIsPublishedIsNotReplaced) {
    for (const bool rich : {true, false}) {
        bool taken = false;
        ShareRequests helper({no_mount_tables(), {rich, rich}}, [&](const ShareAnswer&) {
            if (!std::exchange(taken, true))
                write("output/a.mp4", "of somebody else");
        });
        as<TreeOpened>(helper.answer(tree(), {}));
        EXPECT_EQ(publish(helper, {TreePlace::output, "a.mp4"}, large_).copy, Copy::exists);
        EXPECT_TRUE(taken);
        EXPECT_THAT(names("output"), ElementsAre(".av1encd-share", "a.mp4"));
        EXPECT_EQ(read("output/a.mp4"), "of somebody else");
        std::filesystem::remove(output() + "/a.mp4");
    }
}

TEST_F(Transfers, AFilePublishedAgainIsPublished) {
    auto helper = opened();
    const auto first = publish(helper, {TreePlace::output, "a.mp4"}, large_);
    EXPECT_EQ(publish(helper, {TreePlace::output, "a.mp4"}, large_), first);
}

TEST_F(Transfers, ALinkUnderTheFinalNameIsNotFollowed) {
    auto helper = opened();
    const auto outside = folder_.write("outside", "");
    std::filesystem::create_symlink(outside, output() + "/a.mp4");
    EXPECT_EQ(publish(helper, {TreePlace::output, "a.mp4"}, "").copy, Copy::exists);
    std::filesystem::create_symlink(folder_.path(), output() + "/folder");
    EXPECT_EQ(publish(helper, {TreePlace::output, "folder/a.mp4"}, "x").copy, Copy::impossible);
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "a.mp4"));
}

TEST_F(Transfers, AnOutputThatMayNotBeChangedRefusesWithTheLineToMendIt) {
    const AsOrdinaryUser ordinary;
    auto helper = opened();
    std::filesystem::create_directory(output() + "/crf24");
    std::filesystem::permissions(output() + "/crf24", std::filesystem::perms::owner_read |
                                                          std::filesystem::perms::owner_exec);
    const auto copied = publish(helper, {TreePlace::output, "crf24/sub/a.mp4"}, "rendition");
    EXPECT_EQ(copied, (FileCopied{Copy::refused,
                                  {},
                                  "",
                                  "cannot make the folder " + output() +
                                      "/crf24/sub: Permission denied; this user may not change its "
                                      "folder: chmod u+wx '" +
                                      output() + "/crf24'"}));
}

TEST_F(Transfers, AFileTooLargeForTheOutputLeavesNothingBehind) {
    auto helper = opened();
    const auto file = local_file(large_);
    const LargestFile limit(1'000'000);
    const auto copied =
        as<FileCopied>(helper.answer(PublishFile{{TreePlace::output, "a.mp4"}}, file));
    EXPECT_EQ(copied.copy, Copy::impossible);
    EXPECT_THAT(copied.reason, HasSubstr("File too large"));
    EXPECT_THAT(names("output"), ElementsAre(".av1encd-share"));
}

TEST_F(Transfers, ANameThatTheOutputCannotHoldIsImpossible) {
    auto helper = opened();
    write("output/crf24", "a file where a folder is to be");
    for (const auto& name : {std::string("crf24/a.mp4"), std::string(256, 'a')})
        EXPECT_EQ(publish(helper, {TreePlace::output, name}, "x").copy, Copy::impossible) << name;
}

TEST_F(Transfers, AFullOutputHasNoSpaceAndLeavesNothingBehind) {
    if (!mount_tmpfs(output(), "size=2m"))
        GTEST_SKIP() << "only root may mount a small file system";
    auto helper = opened();
    const auto copied = publish(helper, {TreePlace::output, "a.mp4"}, large_);
    EXPECT_EQ(copied.copy, Copy::no_space);
    EXPECT_THAT(copied.reason, HasSubstr("No space left on device"));
    EXPECT_THAT(names("output"), ElementsAre(".av1encd-share"));
    EXPECT_EQ(publish(helper, {TreePlace::output, "small.mp4"}, "x").copy, Copy::copied);
    ::umount(output().c_str());
}

TEST_F(Transfers, AFullWorkDirHasNoSpace) {
    const auto work = (folder_.path() / "work").string();
    if (!mount_tmpfs(work, "size=2m"))
        GTEST_SKIP() << "only root may mount a small file system";
    auto helper = opened();
    write("jobs/in_progress/m1/a.mp4", large_);
    EXPECT_EQ(fetch(helper, {TreePlace::in_progress, "a.mp4"}).copy, Copy::no_space);
    ::umount(work.c_str());
}

TEST_F(Transfers, AReadOnlyOutputRefuses) {
    if (!mount_tmpfs(output(), "size=2m"))
        GTEST_SKIP() << "only root may mount a small file system";
    auto helper = opened();
    ::mount(nullptr, output().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr);
    const auto copied = publish(helper, {TreePlace::output, "a.mp4"}, "rendition");
    EXPECT_EQ(copied.copy, Copy::refused);
    EXPECT_THAT(copied.reason, HasSubstr("Read-only file system"));
    ::umount(output().c_str());
}

TEST_F(Transfers, AnUnmountedTreeIsNeverWrittenBelow) {
    if (!mount_tmpfs(root(), "size=8m"))
        GTEST_SKIP() << "only root may mount a small file system";
    auto helper = opened();
    ::umount2(root().c_str(), MNT_DETACH);
    EXPECT_THAT(unavailable_reason(
                    helper.answer(PublishFile{{TreePlace::output, "a.mp4"}}, local_file("x"))),
                HasSubstr("leads to another folder than before"));
    EXPECT_THAT(names(""), IsEmpty());
}

TEST_F(Transfers, ALookTellsSizeAndTime) {
    auto helper = opened();
    const auto source = write("jobs/to_assign/a.mp4", "video");
    for (const auto freshness : {Freshness::cached, Freshness::afresh})
        EXPECT_EQ(
            as<FileSeen>(helper.answer(LookAtFile{{TreePlace::to_assign, "a.mp4"}, freshness}, {})),
            (FileSeen{Sight::found, stamp(source), ""}));
}

TEST_F(Transfers, ALookAtWhatIsNotThereSaysGone) {
    auto helper = opened();
    EXPECT_EQ(as<FileSeen>(helper.answer(LookAtFile{{TreePlace::to_assign, "x/a.mp4"}}, {})),
              FileSeen{});
}

TEST_F(Transfers, ALookNeverOpensAPipe) {
    auto helper = opened();
    ASSERT_EQ(::mkfifo(jobs("to_assign/a.mp4").c_str(), 0666), 0);
    EXPECT_EQ(as<FileSeen>(helper.answer(
                  LookAtFile{{TreePlace::to_assign, "a.mp4"}, Freshness::afresh}, {})),
              (FileSeen{Sight::unreadable, {}, "is a pipe"}));
}

TEST_F(Transfers, ASourceThatMayNotBeMovedIsUnreadable) {
    const AsOrdinaryUser ordinary;
    auto helper = opened();
    const auto source = write("jobs/to_assign/sub/a.mp4", "video");
    std::filesystem::permissions(jobs("to_assign/sub"), std::filesystem::perms::owner_read |
                                                            std::filesystem::perms::owner_exec);
    EXPECT_EQ(as<FileSeen>(helper.answer(LookAtFile{{TreePlace::to_assign, "sub/a.mp4"}}, {})),
              (FileSeen{Sight::unreadable, stamp(source),
                        "this user may not change its folder: chmod u+wx '" +
                            jobs("to_assign/sub") + "'"}));
    std::filesystem::permissions(jobs("to_assign/sub"), std::filesystem::perms::owner_all);
}

} // namespace
} // namespace av1encd
