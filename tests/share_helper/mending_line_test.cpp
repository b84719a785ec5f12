#include "daemon/share_helper/mending_line.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

namespace av1encd {
namespace {

struct stat owned_by(uid_t user, gid_t group) {
    struct stat status {};
    status.st_uid = user;
    status.st_gid = group;
    return status;
}

TEST(MendingLine, PlainPathsStandInSingleQuotes) {
    EXPECT_EQ(shell_quoted("/srv/my videos/a.mp4"), "'/srv/my videos/a.mp4'");
    EXPECT_EQ(shell_quoted("/srv/Zoë.mp4"), "'/srv/Zoë.mp4'");
    EXPECT_EQ(shell_quoted("a\\b$`\"!"), "'a\\b$`\"!'");
}

TEST(MendingLine, ASingleQuoteIsTakenOutOfTheQuotes) {
    EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
}

TEST(MendingLine, WhatATerminalWouldNotShowIsEscaped) {
    EXPECT_EQ(shell_quoted("a\nb'c\\d\xff"), "$'a\\x0ab\\'c\\\\d\\xff'");
}

TEST(MendingLine, TheOwnerIsGivenTheRightsAsOwner) {
    EXPECT_EQ(chmod_line(owned_by(::geteuid(), ::getegid()), "r", "/x"), "chmod u+r '/x'");
}

TEST(MendingLine, AMemberIsGivenTheRightsAsGroup) {
    EXPECT_EQ(chmod_line(owned_by(::geteuid() + 1, ::getegid()), "wx", "/x"), "chmod g+wx '/x'");
}

TEST(MendingLine, EverybodyElseIsGivenTheRightsAsOthers) {
    EXPECT_EQ(chmod_line(owned_by(::geteuid() + 1, 4'000'000), "rx", "/x"), "chmod o+rx '/x'");
}

} // namespace
} // namespace av1encd
