#include "tests/share_helper/requests_fixture.hpp"

#include <gmock/gmock.h>

namespace av1encd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// Every test runs on a file system that knows all renames and on one that is as poor as SSHFS.
class SourceMoves : public RequestsTest, public ::testing::WithParamInterface<bool> {
protected:
    ShareRequests helper(std::string machine = "m1") {
        return opened({.links = GetParam(), .rename_noreplace = GetParam()}, std::move(machine));
    }
    static FileMoved claim(ShareRequests& helper, const std::string& source,
                           Asked asked = Asked::first) {
        return as<FileMoved>(helper.answer(ClaimSource{source, asked}, {}));
    }
    static FileMoved retire(ShareRequests& helper, const std::string& claimed, TreePlace to,
                            const std::string& wanted, FileStamp stamp = {}) {
        return as<FileMoved>(helper.answer(RetireSource{claimed, {to, wanted}, stamp}, {}));
    }
    static FileMoved moved(std::string path) { return {Move::moved, std::move(path), ""}; }
};
INSTANTIATE_TEST_SUITE_P(FileSystems, SourceMoves, ::testing::Bool(),
                         [](const auto& each) { return each.param ? "Rich" : "Poor"; });

TEST_P(SourceMoves, AClaimMovesTheSourceWithItsFolders) {
    auto share = helper();
    write("jobs/to_assign/sub/a.mp4", "video");
    EXPECT_EQ(claim(share, "sub/a.mp4"), moved("sub/a.mp4"));
    EXPECT_EQ(read("jobs/in_progress/m1/sub/a.mp4"), "video");
    EXPECT_THAT(names("jobs/to_assign"), ElementsAre("sub/"));
}

TEST_P(SourceMoves, AClaimOfWhatAnotherMachineTookIsLost) {
    auto first = helper("m1");
    auto second = helper("m2");
    write("jobs/to_assign/a.mp4", "video");
    EXPECT_EQ(claim(first, "a.mp4"), moved("a.mp4"));
    EXPECT_EQ(claim(second, "a.mp4"), FileMoved{});
    EXPECT_EQ(claim(second, "no/such/folder/a.mp4"), FileMoved{});
    EXPECT_THAT(names("jobs/in_progress/m2"), IsEmpty());
}

TEST_P(SourceMoves, AClaimNeverLandsOnANameThatIsTaken) {
    auto share = helper();
    write("jobs/to_assign/a.mp4", "new");
    write("jobs/in_progress/m1/a.mp4", "old");
    write("jobs/in_progress/m1/a (2).mp4", "older");
    EXPECT_EQ(claim(share, "a.mp4"), moved("a (3).mp4"));
    EXPECT_EQ(read("jobs/in_progress/m1/a.mp4"), "old");
    EXPECT_EQ(read("jobs/in_progress/m1/a (2).mp4"), "older");
    EXPECT_EQ(read("jobs/in_progress/m1/a (3).mp4"), "new");
}

TEST_P(SourceMoves, AClaimAskedForAgainAfterItWasWonIsWon) {
    auto share = helper();
    write("jobs/in_progress/m1/a.mp4", "video");
    EXPECT_EQ(claim(share, "a.mp4", Asked::again), moved("a.mp4"));
    EXPECT_EQ(claim(share, "a.mp4", Asked::first), FileMoved{});
    EXPECT_EQ(claim(share, "b.mp4", Asked::again), FileMoved{});
}

TEST_P(SourceMoves, NamesOfEveryKindAreClaimedAndRetired) {
    auto share = helper();
    for (const auto& name :
         {std::string("\xff\xfe.mp4"), std::string("a\nb.mp4"), std::string("'\"\\ %03d:.mp4"),
          std::string("-rf.mp4"), std::string(251, 'x') + ".mp4"}) {
        write("jobs/to_assign/" + name, "video");
        EXPECT_EQ(claim(share, name), moved(name));
        EXPECT_EQ(retire(share, name, TreePlace::done, name), moved(name));
        EXPECT_EQ(read("jobs/done/" + name), "video");
    }
}

TEST_P(SourceMoves, ANumberIsPutIntoANameThatIsAsLongAsItMayBe) {
    auto share = helper();
    const auto name = std::string(251, 'x') + ".mp4";
    write("jobs/in_progress/m1/" + name, "new");
    write("jobs/done/" + name, "old");
    EXPECT_EQ(retire(share, name, TreePlace::done, name),
              moved(std::string(247, 'x') + " (2).mp4"));
}

TEST_P(SourceMoves, ALinkInPlaceOfASourceIsNotClaimed) {
    auto share = helper();
    std::filesystem::create_symlink("/etc/passwd", jobs("to_assign/a.mp4"));
    EXPECT_EQ(claim(share, "a.mp4"), (FileMoved{Move::refused, "", "is a symbolic link"}));
    EXPECT_THAT(names("jobs/in_progress/m1"), IsEmpty());
}

TEST_P(SourceMoves, AFolderReplacedByALinkOutOfTheTreeIsNotFollowed) {
    auto share = helper();
    folder_.write("outside/a.mp4", "secret");
    std::filesystem::create_symlink("../../../outside", jobs("to_assign/sub"));
    const auto answer = claim(share, "sub/a.mp4");
    EXPECT_EQ(answer.move, Move::refused);
    EXPECT_EQ(answer.reason,
              "cannot open the folder " + jobs("to_assign/sub") + ": Not a directory");
    EXPECT_EQ(folder_.read("outside/a.mp4"), "secret");
}

TEST_P(SourceMoves, APathThatLeavesTheTreeIsRefused) {
    auto share = helper();
    folder_.write("a.mp4", "secret");
    for (const auto* path : {"../../../a.mp4", "/a.mp4", "sub/../a.mp4", "./a.mp4", "sub/", ""})
        EXPECT_EQ(claim(share, path), (FileMoved{Move::refused, "",
                                                 "not the path of a file: " + jobs("to_assign/") +
                                                     path + ": Invalid argument"}));
    EXPECT_EQ(folder_.read("a.mp4"), "secret");
}

TEST_P(SourceMoves, AnInProgressFolderReplacedByALinkIsNotFollowed) {
    auto share = helper();
    write("jobs/to_assign/a.mp4", "video");
    std::filesystem::create_directory(folder_.path() / "outside");
    std::filesystem::remove(jobs("in_progress/m1"));
    std::filesystem::create_symlink("../../../outside", jobs("in_progress/m1"));
    EXPECT_EQ(claim(share, "a.mp4").move, Move::refused);
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path() / "outside"));
    EXPECT_EQ(read("jobs/to_assign/a.mp4"), "video");
}

TEST_P(SourceMoves, ASourceInAFolderThatMayNotBeChangedIsRefusedWithTheLineToMendIt) {
    const AsOrdinaryUser ordinary;
    auto share = helper();
    write("jobs/to_assign/sub/a.mp4", "video");
    const auto folder = jobs("to_assign/sub");
    std::filesystem::permissions(folder, std::filesystem::perms::owner_read |
                                             std::filesystem::perms::owner_exec);
    EXPECT_EQ(claim(share, "sub/a.mp4"),
              (FileMoved{Move::refused, "",
                         "this user may not change its folder: chmod u+wx '" + folder + "'"}));
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
}

TEST_P(SourceMoves, AnInProgressFolderThatMayNotBeChangedMakesTheShareUnavailable) {
    const AsOrdinaryUser ordinary;
    auto share = helper();
    write("jobs/to_assign/a.mp4", "video");
    std::filesystem::permissions(jobs("in_progress/m1"), std::filesystem::perms::owner_read |
                                                             std::filesystem::perms::owner_exec);
    EXPECT_EQ(unavailable_reason(share.answer(ClaimSource{"a.mp4"}, {})),
              "cannot rename " + jobs("to_assign/a.mp4") + " to " + jobs("in_progress/m1/a.mp4") +
                  ": Permission denied");
}

TEST_P(SourceMoves, ARetiredSourceLiesWhereItIsWanted) {
    auto share = helper();
    write("jobs/in_progress/m1/a (2).mp4", "video");
    EXPECT_EQ(retire(share, "a (2).mp4", TreePlace::failed, "sub/a.mp4"), moved("sub/a.mp4"));
    EXPECT_EQ(read("jobs/failed/sub/a.mp4"), "video");
    EXPECT_THAT(names("jobs/in_progress/m1"), IsEmpty());
}

TEST_P(SourceMoves, ARetiredSourceNeverLandsOnANameThatIsTaken) {
    auto share = helper();
    write("jobs/in_progress/m1/a.mp4", "new");
    write("jobs/done/a.mp4", "old");
    EXPECT_EQ(retire(share, "a.mp4", TreePlace::done, "a.mp4"), moved("a (2).mp4"));
    EXPECT_EQ(read("jobs/done/a.mp4"), "old");
    EXPECT_EQ(read("jobs/done/a (2).mp4"), "new");
}

TEST_P(SourceMoves, ASourceGivenBackNeverLandsOnANewOne) {
    auto share = helper();
    write("jobs/in_progress/m1/a.mp4", "claimed");
    write("jobs/to_assign/a.mp4", "new");
    EXPECT_EQ(retire(share, "a.mp4", TreePlace::to_assign, "a.mp4"), moved("a (2).mp4"));
    EXPECT_EQ(read("jobs/to_assign/a.mp4"), "new");
}

TEST_P(SourceMoves, ASourceThatAnotherMachineTookIsLostAndLeavesNoPlaceholder) {
    auto share = helper();
    EXPECT_EQ(retire(share, "a.mp4", TreePlace::done, "sub/a.mp4"), FileMoved{});
    EXPECT_THAT(names("jobs/done"), IsEmpty());
}

TEST_P(SourceMoves, ARetirementAskedForAgainFindsWhereTheSourceLies) {
    auto share = helper();
    const auto source = write("jobs/in_progress/m1/a.mp4", "new");
    write("jobs/done/a.mp4", "another of that name");
    const auto claimed = stamp(source);
    EXPECT_EQ(retire(share, "a.mp4", TreePlace::done, "a.mp4", claimed), moved("a (2).mp4"));
    EXPECT_EQ(retire(share, "a.mp4", TreePlace::done, "a.mp4", claimed), moved("a (2).mp4"));
    EXPECT_EQ(retire(share, "a.mp4", TreePlace::done, "a.mp4", FileStamp{1, 2}), FileMoved{});
}

TEST_P(SourceMoves, APlaceThatMayNotBeChangedRefusesTheSourceWithTheLineToMendIt) {
    const AsOrdinaryUser ordinary;
    auto share = helper();
    write("jobs/in_progress/m1/a.mp4", "video");
    std::filesystem::permissions(jobs("done"), std::filesystem::perms::owner_read |
                                                   std::filesystem::perms::owner_exec);
    const auto answer = retire(share, "a.mp4", TreePlace::done, "a.mp4");
    EXPECT_EQ(answer.move, Move::refused);
    EXPECT_THAT(answer.reason, StartsWith("cannot "));
    EXPECT_THAT(answer.reason,
                ::testing::EndsWith(": Permission denied; this user may not change its "
                                    "folder: chmod u+wx '" +
                                    jobs("done") + "'"));
    EXPECT_EQ(read("jobs/in_progress/m1/a.mp4"), "video");
}

TEST_P(SourceMoves, AFailedSourceGoesBackWithoutItsErrorText) {
    auto share = helper();
    write("jobs/failed/sub/a.mp4", "video");
    write("jobs/failed/sub/a.mp4.error.txt", "why");
    const ReturnFailed back{"sub/a.mp4", "sub/a.mp4"};
    EXPECT_EQ(as<FileMoved>(share.answer(back, {})), moved("sub/a.mp4"));
    EXPECT_EQ(read("jobs/to_assign/sub/a.mp4"), "video");
    EXPECT_THAT(names("jobs/failed"), ElementsAre("sub/"));
    EXPECT_EQ(as<FileMoved>(share.answer(back, {})), moved("sub/a.mp4"));
}

TEST_P(SourceMoves, ASourceThatIsNotInFailedCannotGoBack) {
    auto share = helper();
    EXPECT_EQ(as<FileMoved>(share.answer(ReturnFailed{"a.mp4", "a.mp4"}, {})), FileMoved{});
}

TEST_P(SourceMoves, ARejectedOutputIsSetAsideAndNeverReplacesAnEarlierOne) {
    auto share = helper();
    write("output/c/a.mp4", "bad");
    write("output/c/a.mp4.rejected", "earlier");
    const SetAside request{{TreePlace::output, "c/a.mp4"}};
    EXPECT_EQ(as<FileMoved>(share.answer(request, {})), moved("c/a.mp4 (2).rejected"));
    EXPECT_EQ(read("output/c/a.mp4.rejected"), "earlier");
    EXPECT_EQ(read("output/c/a.mp4 (2).rejected"), "bad");
    EXPECT_EQ(as<FileMoved>(share.answer(request, {})), FileMoved{});
}

} // namespace
} // namespace av1encd
