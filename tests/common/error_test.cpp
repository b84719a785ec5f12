#include "common/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace av1encd {

TEST(Error, NamesTheObjectAndTheReasonOfAFailedSystemCall) {
    EXPECT_STREQ(system_error(ENOSPC, "cannot write 'a'").what(),
                 "cannot write 'a': No space left on device");
}

TEST(Error, TellsItsWholeReasonFromTheOutsideIn) {
    try {
        try {
            throw system_error(EACCES, "cannot open 'b'");
        } catch (...) {
            std::throw_with_nested(Error("cannot add 'a'"));
        }
    } catch (const Error& error) {
        EXPECT_EQ(whole_reason(error), "cannot add 'a': cannot open 'b': Permission denied");
    }
}

TEST(Error, SaysSoWhereTheInnerReasonIsNoException) {
    try {
        try {
            throw 1;
        } catch (...) {
            std::throw_with_nested(Error("cannot add 'a'"));
        }
    } catch (const Error& error) {
        EXPECT_EQ(whole_reason(error), "cannot add 'a': unknown error");
    }
}

} // namespace av1encd
