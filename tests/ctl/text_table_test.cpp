#include "ctl/text_table.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

TextTable example() {
    TextTable table({{"SOURCE", Align::left, Fit::gives_way}, {"SIZE", Align::right}, {"STATE"}});
    table.add_row({std::string("a.mp4"), std::string("82MB"), std::string("done")});
    table.add_row(
        {std::string("映画/long-name-of-a-file.mp4"), std::string(""), {"failed", Style::bad}});
    return table;
}

TEST(TextTable, PutsNumbersToTheRightAndADashForNone) {
    EXPECT_EQ(example().text(Screen(), Legend::shown), //
              "SOURCE                        SIZE  STATE\n"
              "a.mp4                         82MB  done\n"
              "映画/long-name-of-a-file.mp4     -  failed\n");
}

TEST(TextTable, DropsItsHeaderWhereNoneIsWanted) {
    EXPECT_EQ(example().text(Screen(), Legend::hidden), //
              "a.mp4                         82MB  done\n"
              "映画/long-name-of-a-file.mp4     -  failed\n");
}

TEST(TextTable, CutsWhatMayGiveWayUntilALineFits) {
    Screen screen;
    screen.columns = 30;
    screen.charset = Charset::utf8;
    EXPECT_EQ(example().text(screen, Legend::shown), //
              "SOURCE            SIZE  STATE\n"
              "a.mp4             82MB  done\n"
              "映画/lon…ile.mp4     -  failed\n");
}

TEST(TextTable, CutsNoFurtherThanANameCanBeToldFromAnother) {
    Screen screen;
    screen.columns = 5;
    screen.charset = Charset::utf8;
    EXPECT_EQ(example().text(screen, Legend::shown), //
              "SOURCE        SIZE  STATE\n"
              "a.mp4         82MB  done\n"
              "映画/l…e.mp4     -  failed\n");
}

TEST(TextTable, StylesCellsWhereThereAreColours) {
    TextTable table({{"A"}, {"B"}});
    table.add_row({{"x", Style::good}, {"long", Style::bad}});
    Screen screen;
    screen.colour = Colour::ansi;
    EXPECT_EQ(table.text(screen, Legend::shown), "\x1b[1mA\x1b[0m  \x1b[1mB\x1b[0m\n"
                                                 "\x1b[32mx\x1b[0m  \x1b[31mlong\x1b[0m\n");
}

} // namespace
} // namespace av1encd
