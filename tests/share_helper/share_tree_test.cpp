#include "tests/share_helper/requests_fixture.hpp"

#include <gmock/gmock.h>

namespace av1encd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ShareTreeTest : public RequestsTest {
protected:
    ShareAnswer open(const OpenTree& wanted) { return requests().answer(wanted, {}); }
    OpenTree known(const TreeOpened& markers) const {
        auto wanted = tree();
        wanted.root_marker = markers.root_marker;
        wanted.output_marker = markers.output_marker;
        return wanted;
    }
};

TEST_F(ShareTreeTest, ANewTreeGetsItsFoldersAndMarkers) {
    as<TreeOpened>(open(tree()));
    EXPECT_THAT(names(""), ElementsAre(".av1encd-share", "jobs/", "jobs/done/", "jobs/failed/",
                                       "jobs/in_progress/", "jobs/in_progress/m1/", "jobs/logs/",
                                       "jobs/logs/m1/", "jobs/to_assign/", "locks/", "output/",
                                       "output/.av1encd-share"));
}

TEST_F(ShareTreeTest, TheMarkerHoldsTheIdThatIsTold) {
    const auto markers = as<TreeOpened>(open(tree()));
    EXPECT_EQ(read(".av1encd-share"), markers.root_marker + "\n");
    EXPECT_EQ(read("output/.av1encd-share"), markers.output_marker + "\n");
    EXPECT_EQ(markers.root_marker.size(), 32U);
    EXPECT_NE(markers.root_marker, markers.output_marker);
}

TEST_F(ShareTreeTest, TheMarkerIsMadeWhereTheFileSystemKnowsNeitherLinksNorExclusiveRenames) {
    auto poor = requests({.links = false, .rename_noreplace = false});
    const auto markers = as<TreeOpened>(poor.answer(tree(), {}));
    EXPECT_EQ(read(".av1encd-share"), markers.root_marker + "\n");
}

TEST_F(ShareTreeTest, AMarkerThatIsThereIsTaken) {
    write(".av1encd-share", "an-id-of-another-machine\n");
    EXPECT_EQ(as<TreeOpened>(open(tree())).root_marker, "an-id-of-another-machine");
}

TEST_F(ShareTreeTest, AKnownTreeGetsOnlyThisMachinesFolders) {
    const auto markers = as<TreeOpened>(open(tree()));
    std::filesystem::remove_all(root() + "/jobs");
    std::filesystem::remove(root() + "/locks");
    as<TreeOpened>(open(known(markers)));
    EXPECT_THAT(names("jobs"), ElementsAre("in_progress/", "in_progress/m1/", "logs/", "logs/m1/"));
}

TEST_F(ShareTreeTest, AMissingRootIsSaid) {
    std::filesystem::remove(root());
    EXPECT_EQ(unavailable_reason(open(tree())),
              "cannot open the folder " + root() + ": No such file or directory");
}

TEST_F(ShareTreeTest, ARootThatIsNoFolderIsSaid) {
    std::filesystem::remove(root());
    folder_.write("share", "");
    EXPECT_EQ(unavailable_reason(open(tree())),
              "cannot open the folder " + root() + ": Not a directory");
}

TEST_F(ShareTreeTest, AKnownTreeWithoutItsMarkerIsNotTouched) {
    auto wanted = tree();
    wanted.root_marker = "known";
    EXPECT_EQ(unavailable_reason(open(wanted)),
              root() + " has lost its marker .av1encd-share: mount it, or accept what is there by "
                       "`av1ctl adopt`");
    EXPECT_THAT(names(""), ElementsAre());
}

TEST_F(ShareTreeTest, AnotherMarkerThanTheKnownOneIsRefused) {
    write(".av1encd-share", "other\n");
    auto wanted = tree();
    wanted.root_marker = "known";
    EXPECT_EQ(unavailable_reason(open(wanted)),
              root() + " is another tree than before (marker other, known is known): mount the "
                       "right one, or accept this one by `av1ctl adopt`");
}

TEST_F(ShareTreeTest, AdoptTakesAnotherMarker) {
    write(".av1encd-share", "other\n");
    auto wanted = tree();
    wanted.root_marker = "known";
    wanted.marker = MarkerDemand::any;
    EXPECT_EQ(as<TreeOpened>(open(wanted)).root_marker, "other");
}

TEST_F(ShareTreeTest, AnEmptyMarkerIsRefused) {
    write(".av1encd-share", "");
    EXPECT_THAT(unavailable_reason(open(tree())), HasSubstr("holds no id"));
}

TEST_F(ShareTreeTest, AMarkerThatIsALinkIsNotFollowed) {
    folder_.write("elsewhere", "an-id\n");
    std::filesystem::create_symlink("../elsewhere", root() + "/.av1encd-share");
    EXPECT_THAT(unavailable_reason(open(tree())), HasSubstr("Too many levels of symbolic links"));
}

TEST_F(ShareTreeTest, AnOutputFolderThatIsALinkOutOfTheTreeIsRefused) {
    std::filesystem::create_directory(folder_.path() / "elsewhere");
    std::filesystem::create_symlink("../elsewhere", output());
    EXPECT_THAT(unavailable_reason(open(tree())), HasSubstr("cannot open the folder " + output()));
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path() / "elsewhere"));
}

TEST_F(ShareTreeTest, TheOutputMayLieOutsideOfTheRoot) {
    auto wanted = tree();
    wanted.output = (folder_.path() / "far/output").string();
    as<TreeOpened>(open(wanted));
    EXPECT_TRUE(std::filesystem::exists(wanted.output + "/.av1encd-share"));
}

TEST_F(ShareTreeTest, AKnownOutputThatIsMissingIsNotMadeAnew) {
    const auto markers = as<TreeOpened>(open(tree()));
    std::filesystem::remove_all(output());
    EXPECT_THAT(unavailable_reason(open(known(markers))),
                HasSubstr("cannot open the folder " + output()));
    EXPECT_FALSE(std::filesystem::exists(output()));
}

TEST_F(ShareTreeTest, RequireMountRefusesATreeOnTheRootFileSystem) {
    auto wanted = tree();
    wanted.mount = MountDemand::mounted;
    const auto mountinfo = folder_.write("mountinfo", "");
    ShareRequests strict({{mountinfo.string(), "/dev/null", {}}, {}}, [](const ShareAnswer&) {});
    EXPECT_EQ(unavailable_reason(strict.answer(wanted, {})),
              root() + " is not on a mounted file system, which share.require_mount demands: "
                       "mount it");
    EXPECT_THAT(names(""), ElementsAre());
}

TEST_F(ShareTreeTest, AnEmptyFolderThatFstabNamesAsMountPointIsNotMarked) {
    const auto fstab = folder_.write("fstab", "server:/video " + root() + " nfs defaults 0 0\n");
    ShareRequests careful({{"/dev/null", fstab.string(), {}}, {}}, [](const ShareAnswer&) {});
    EXPECT_EQ(unavailable_reason(careful.answer(tree(), {})),
              "nothing is mounted at " + root() + " (named in " + fstab.string() + "): mount it, " +
                  root() + " is to be there");
    EXPECT_THAT(names(""), ElementsAre());
}

TEST_F(ShareTreeTest, AFolderWithContentIsMarkedThoughFstabNamesIt) {
    write("jobs/to_assign/a.mp4", "video");
    const auto fstab = folder_.write("fstab", "server:/video " + root() + " nfs defaults 0 0\n");
    ShareRequests careful({{"/dev/null", fstab.string(), {}}, {}}, [](const ShareAnswer&) {});
    auto wanted = tree();
    wanted.output = (folder_.path() / "output").string();
    as<TreeOpened>(careful.answer(wanted, {}));
}

TEST_F(ShareTreeTest, ATreeThatWasReplacedIsNoticedByTheNextRequest) {
    auto helper = opened();
    std::filesystem::rename(root(), folder_.path() / "moved-away");
    std::filesystem::create_directory(root());
    EXPECT_EQ(unavailable_reason(helper.answer(ScanSources{{"mp4"}}, {})),
              root() + " leads to another folder than before: was it mounted or unmounted?");
}

TEST_F(ShareTreeTest, ARemovedMarkerIsNoticedByTheNextRequest) {
    auto helper = opened();
    std::filesystem::remove(root() + "/.av1encd-share");
    EXPECT_THAT(unavailable_reason(helper.answer(MeasureSpace{}, {})),
                HasSubstr("has lost its marker"));
    EXPECT_FALSE(std::filesystem::exists(root() + "/.av1encd-share"));
}

TEST_F(ShareTreeTest, AnotherOutputTreeIsNoticedByTheNextRequest) {
    auto helper = opened();
    write("output/.av1encd-share", "other\n");
    EXPECT_THAT(unavailable_reason(helper.answer(MeasureSpace{}, {})),
                HasSubstr(output() + " is another tree than before"));
}

TEST_F(ShareTreeTest, BeforeItIsOpenNothingIsAnswered) {
    auto helper = requests();
    EXPECT_EQ(unavailable_reason(helper.answer(MeasureSpace{}, {})), "the share is not open yet");
}

TEST_F(ShareTreeTest, TheFreeSpaceOfBothFileSystemsIsTold) {
    auto helper = opened();
    const auto space = as<SpaceMeasured>(helper.answer(MeasureSpace{}, {}));
    EXPECT_GT(space.root_bytes, 0U);
    EXPECT_GT(space.output_bytes, 0U);
}

} // namespace
} // namespace av1encd
