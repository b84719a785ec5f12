#include "daemon/control/dbus_text.hpp"

#include "common/source_text.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

using namespace std::string_literals;

TEST(DbusText, LeavesTextAlone) {
    EXPECT_EQ(dbus_text("Ärger:\n\\x 日本 \U0001F3AC"), "Ärger:\n\\x 日本 \U0001F3AC");
}

TEST(DbusText, ReplacesWhatNoMessageMayHold) {
    EXPECT_EQ(dbus_text("a\xff"
                        "b\0c\uFDD0\U0010FFFFd"s),
              "a\uFFFDb\uFFFDc\uFFFD\uFFFDd");
}

TEST(DbusText, OfASourceCanBeTakenBack) {
    const std::string bytes = "\xff\\ \uFFFE\uFDEF\U0001FFFF\uFFFD.mp4";
    const auto text = dbus_source(source_to_text(bytes));
    EXPECT_EQ(text, "\\xff\\\\ \\xef\\xbf\\xbe\\xef\\xb7\\xaf\\xf0\\x9f\\xbf\\xbf\uFFFD.mp4");
    EXPECT_EQ(source_from_text(text), bytes);
}

} // namespace
} // namespace av1encd
