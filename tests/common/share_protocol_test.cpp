#include "common/share_protocol.hpp"

#include <gtest/gtest.h>

#include <string>

namespace av1encd {
namespace {

using namespace std::string_literals;

class ShareRequestTest : public ::testing::TestWithParam<ShareRequest> {};
INSTANTIATE_TEST_SUITE_P(
    EveryKind, ShareRequestTest,
    ::testing::Values(
        OpenTree{"/srv/a b", "/srv/out", "m1", MountDemand::mounted, MarkerDemand::any, "id", ""},
        ScanSources{{"mp4", "mkv"}}, ScanSources{}, WatchSources{}, ListFiles{TreePlace::logs},
        LookAtFile{{TreePlace::done, "a\n\xff'.mp4"}, Freshness::afresh},
        ClaimSource{"-sub/%03d.mp4", Asked::again},
        RetireSource{"a (2).mp4", {TreePlace::failed, "a.mp4"}, {~0ULL, -1}},
        ReturnFailed{"a.mp4", "b.mp4"}, FetchFile{{TreePlace::in_progress, "a.mp4"}},
        PublishFile{{TreePlace::output, "c/a.mp4"}}, SetAside{{TreePlace::output, "a.mp4"}},
        MeasureSpace{}, TidyTree{{{TreePlace::done, "a.mp4"}, {TreePlace::failed, "b.mp4"}}}));

TEST_P(ShareRequestTest, ArrivesAsItWasSent) {
    const Numbered<ShareRequest> sent{12345, GetParam()};
    EXPECT_EQ(decode_share_request(encode(sent)), sent);
}

class ShareAnswerTest : public ::testing::TestWithParam<ShareAnswer> {};
INSTANTIATE_TEST_SUITE_P(EveryKind, ShareAnswerTest,
                         ::testing::Values(TreeOpened{"a", "b"}, FilesFound{{"a", "b/c"}},
                                           FilesFound{},
                                           StrangeFound{{{"a", "is a pipe"}, {"b", "is a folder"}}},
                                           Finished{"no watch"}, SourcesChanged{},
                                           FileSeen{Sight::unreadable, {1, 2}, "why"},
                                           FileMoved{Move::moved, "a (2).mp4", ""},
                                           FileCopied{Copy::no_space, {3, 4}, "abc", "full"},
                                           TransferProgressed{7}, SpaceMeasured{1, ~0ULL},
                                           Unavailable{"gone"}, LocalFailure{"disk"}));

TEST_P(ShareAnswerTest, ArrivesAsItWasSent) {
    const Numbered<ShareAnswer> sent{~0ULL, GetParam()};
    EXPECT_EQ(decode_share_answer(encode(sent)), sent);
}

TEST(ShareProtocol, AMessageIsFieldsThatEndWithNul) {
    EXPECT_EQ(encode(Numbered<ShareRequest>{7, ClaimSource{"a b.mp4", Asked::first}}),
              "7\0claim\0a b.mp4\0"
              "0\0"s);
}

TEST(ShareProtocol, WhatIsNoMessageIsRefused) {
    for (const auto& text :
         {""s, "7\0claim\0a"s, "7\0"s, "7\0dance\0"s, "x\0watch\0"s, "-1\0watch\0"s, "1x\0watch\0"s,
          "7\0claim\0a.mp4\0"s, "7\0watch\0surplus\0"s,
          "7\0list\0"s
          "9\0"s,
          "7\0list\0-1\0"s, "7\0list\0\0"s, "99999999999999999999999\0watch\0"s})
        EXPECT_THROW(decode_share_request(text), ShareProtocolError)
            << ::testing::PrintToString(text);
}

TEST(ShareProtocol, APathWithNulIsRefused) {
    EXPECT_THROW(encode(Numbered<ShareRequest>{1, ClaimSource{"a\0b"s}}), ShareProtocolError);
}

TEST(ShareProtocol, AMessageThatIsTooLongIsRefused) {
    const std::string path(max_share_message_bytes, 'x');
    EXPECT_THROW(encode(Numbered<ShareRequest>{1, ClaimSource{path}}), ShareProtocolError);
}

} // namespace
} // namespace av1encd
