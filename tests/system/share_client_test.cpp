#include "daemon/system/share_client.hpp"

#include "tests/system/share_client_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <string>

namespace av1encd {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(ShareClientTest, ASourceGoesAllItsWay) {
    ShareClient share(loop_.get_executor(), options());
    const auto markers = result(share.open({}, false));
    EXPECT_EQ(read(".av1encd-share"), markers.root + "\n");
    write("jobs/to_assign/sub/a.mp4", "video");

    const auto scan = result(share.scan_sources());
    EXPECT_THAT(scan.sources, ElementsAre("sub/a.mp4"));
    EXPECT_THAT(scan.strange, IsEmpty());
    EXPECT_EQ(scan.unwatched, "");
    const auto look = result(share.look({Place::to_assign, "sub/a.mp4"}));
    EXPECT_EQ(look.outcome, LookOutcome::found);
    EXPECT_EQ(look.file.bytes, 5U);
    const auto claim = result(share.claim("sub/a.mp4"));
    EXPECT_EQ(claim.outcome, ClaimOutcome::won);
    EXPECT_THAT(result(share.list(Place::in_progress)), ElementsAre("sub/a.mp4"));
    const auto staged =
        result(share.fetch({Place::in_progress, "sub/a.mp4"}, work("source"), nullptr));
    EXPECT_EQ(staged.outcome, StageOutcome::staged);
    EXPECT_EQ(staged.file, look.file);
    EXPECT_EQ(folder_.read("source"), "video");
    const auto published =
        result(share.publish(work("source"), {Place::output, "crf24/sub/a.mp4"}, nullptr));
    EXPECT_EQ(published.outcome, PublishOutcome::published);
    EXPECT_EQ(published.sha256, staged.sha256);
    const auto retired = result(share.retire("sub/a.mp4", Place::done, "sub/a.mp4", look.file));
    EXPECT_EQ(retired.outcome, RetireOutcome::retired);
    EXPECT_EQ(read("jobs/done/sub/a.mp4"), "video");
    EXPECT_EQ(read("output/crf24/sub/a.mp4"), "video");
}

TEST_F(ShareClientTest, AFailedSourceComesBackAndARejectedOutputGoesAside) {
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    write("jobs/failed/a.mp4", "video");
    write("output/a.mp4", "bad");
    EXPECT_EQ(result(share.return_failed("a.mp4", "a.mp4")).outcome, RetireOutcome::retired);
    EXPECT_EQ(result(share.set_aside({Place::output, "a.mp4"})).path, "a.mp4.rejected");
    EXPECT_GT(result(share.free_space()).output_bytes, 0U);
    EXPECT_EQ(result(share.look_afresh({Place::to_assign, "a.mp4"})).file.bytes, 5U);
}

TEST_F(ShareClientTest, BytesThatAreNoTextArriveAsTheyAre) {
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    const std::string name = "\xff\n\x01'\"%03d:.mp4";
    write("jobs/to_assign/" + name, "video");
    EXPECT_THAT(result(share.scan_sources()).sources, ElementsAre(name));
    EXPECT_EQ(result(share.claim(name)).claimed_path, name);
}

TEST_F(ShareClientTest, NewExtensionsCountFromTheNextScanOn) {
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    write("jobs/to_assign/a.mkv", "");
    EXPECT_THAT(result(share.scan_sources()).sources, IsEmpty());
    share.set_extensions({"mkv"});
    EXPECT_THAT(result(share.scan_sources()).sources, ElementsAre("a.mkv"));
}

TEST_F(ShareClientTest, TwoMachinesNeverWinTheSameSource) {
    ShareClient first(loop_.get_executor(), options("m1"));
    ShareClient second(loop_.get_executor(), options("m2"));
    result(first.open({}, false));
    result(second.open({}, false));
    constexpr int sources = 200;
    for (int i = 0; i < sources; ++i)
        write(fmt::format("jobs/to_assign/{}.mp4", i), "video");

    std::map<std::string, int> wins;
    int answers = 0;
    for (auto* share : {&first, &second})
        for (int i = 0; i < sources; ++i)
            asio::co_spawn(loop_, share->claim(fmt::format("{}.mp4", i)),
                           [&](const std::exception_ptr& error, const Claim& claim) {
                               ASSERT_EQ(error, nullptr);
                               ++answers;
                               if (claim.outcome == ClaimOutcome::won)
                                   ++wins[claim.claimed_path];
                           });
    loop_.restart();
    loop_.run();
    EXPECT_EQ(answers, 2 * sources);
    EXPECT_EQ(wins.size(), static_cast<std::size_t>(sources));
    EXPECT_TRUE(std::all_of(wins.begin(), wins.end(), [](const auto& w) { return w.second == 1; }));
}

TEST_F(ShareClientTest, BeforeItIsOpenTheShareIsUnavailable) {
    ShareClient share(loop_.get_executor(), options());
    EXPECT_EQ(why_unavailable(share.scan_sources()), "the share is not open yet");
    EXPECT_THAT(children(), IsEmpty());
}

TEST_F(ShareClientTest, ATreeThatCannotBeOpenedIsUnavailableWithTheReason) {
    std::filesystem::remove(root());
    ShareClient share(loop_.get_executor(), options());
    EXPECT_EQ(why_unavailable(share.open({}, false)),
              "cannot open the folder " + root().string() + ": No such file or directory");
}

TEST_F(ShareClientTest, ATreeThatComesBackIsOpenedByEveryHelperAnew) {
    ShareClient share(loop_.get_executor(), options());
    const auto markers = result(share.open({}, false));
    result(share.scan_sources());
    std::filesystem::rename(root(), work("away"));
    EXPECT_THAT(why_unavailable(share.scan_sources()), HasSubstr("cannot open the folder"));
    // Another folder than before, with the known markers: as after a remount.
    std::filesystem::copy(work("away"), root(), std::filesystem::copy_options::recursive);
    EXPECT_THAT(why_unavailable(share.scan_sources()), HasSubstr("leads to another folder"));
    EXPECT_EQ(result(share.open({markers.root, markers.output}, false)), markers);
    write("jobs/to_assign/a.mp4", "");
    EXPECT_THAT(result(share.scan_sources()).sources, ElementsAre("a.mp4"));
}

TEST_F(ShareClientTest, ProgressIsToldWhileATransferRuns) {
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    folder_.write("rendition", large_);
    std::uint64_t last = 0;
    bool grows = true;
    const auto note = [&](std::uint64_t bytes) {
        grows = grows && bytes >= last && bytes <= large_.size();
        last = bytes;
    };
    result(share.publish(work("rendition"), {Place::output, "a.mp4"}, note));
    EXPECT_TRUE(grows);
    EXPECT_GT(last, 0U);
}

TEST_F(ShareClientTest, AChangeEndsTheWait) {
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    write("jobs/to_assign/sub/a.mp4", "");
    result(share.scan_sources());
    bool changed = false;
    asio::co_spawn(loop_, share.wait_for_change(),
                   [&](const std::exception_ptr& error) { changed = error == nullptr; });
    loop_.restart();
    loop_.run_for(200ms);
    EXPECT_FALSE(changed);
    write("jobs/to_assign/sub/b.mp4", "");
    loop_.run();
    EXPECT_TRUE(changed);
}

TEST_F(ShareClientTest, AChangeBetweenScanAndWaitIsNotMissed) {
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    result(share.scan_sources());
    write("jobs/to_assign/new/a.mp4", "");
    finish(share.wait_for_change());
}

TEST_F(ShareClientTest, AScanEndsTheWait) {
    ShareClient share(loop_.get_executor(), options());
    result(share.open({}, false));
    result(share.scan_sources());
    bool ended = false;
    asio::co_spawn(loop_, share.wait_for_change(),
                   [&](const std::exception_ptr& error) { ended = error == nullptr; });
    loop_.restart();
    loop_.poll();
    write("jobs/to_assign/a.mp4", "");
    EXPECT_THAT(result(share.scan_sources()).sources, ElementsAre("a.mp4"));
    loop_.poll();
    EXPECT_TRUE(ended);
}

TEST_F(ShareClientTest, NothingIsLeftOfManyTransfers) {
    const auto open_files = [] {
        return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                             std::filesystem::directory_iterator());
    };
    std::optional<std::ptrdiff_t> before; // once the loop has opened what it keeps
    for (int round = 0; round < 2; ++round) {
        ShareClient share(loop_.get_executor(), options());
        result(share.open({}, false));
        folder_.write("log", "text");
        for (int i = 0; i < 10; ++i)
            result(share.publish(work("log"), {Place::logs, fmt::format("{}.log", i)}, nullptr));
        EXPECT_EQ(read("jobs/logs/m1/9.log"), "text");
        loop_.restart();
        loop_.run(); // until all are reaped
        EXPECT_EQ(children().size(), 1U);
        EXPECT_EQ(before.value_or(open_files()), open_files());
        before = open_files();
    }
    EXPECT_THAT(children(), IsEmpty());
}

} // namespace
} // namespace av1encd
