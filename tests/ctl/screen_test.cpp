#include "ctl/screen.hpp"

#include "common/unique_fd.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fcntl.h>
#include <sys/ioctl.h>

namespace av1encd {
namespace {

class Terminal {
public:
    explicit Terminal(unsigned short columns) : master_(::posix_openpt(O_RDWR | O_NOCTTY)) {
        ::grantpt(master_.get());
        ::unlockpt(master_.get());
        slave_ = UniqueFd(::open(::ptsname(master_.get()), O_RDWR | O_NOCTTY));
        const winsize size{24, columns, 0, 0};
        ::ioctl(slave_.get(), TIOCSWINSZ, &size);
    }
    int descriptor() const { return slave_.get(); }

private:
    UniqueFd master_;
    UniqueFd slave_;
};

ScreenEnvironment environment() {
    return {.lc_all = "", .lc_ctype = "", .lang = "C", .no_color = "", .term = "xterm"};
}

TEST(Screen, HasTheWidthAndTheColoursOfItsTerminal) {
    const Terminal terminal(132);
    EXPECT_EQ(screen_of(terminal.descriptor(), environment()),
              (Screen{132, Charset::ascii, Colour::ansi}));
}

TEST(Screen, TakesATerminalThatDoesNotTellForEightyColumns) {
    const Terminal terminal(0);
    EXPECT_EQ(screen_of(terminal.descriptor(), environment()).columns, 80U);
}

TEST(Screen, HasNoWidthAndNoColoursWhereThereIsNoTerminal) {
    const UniqueFd file(::open("/dev/null", O_WRONLY));
    EXPECT_EQ(screen_of(file.get(), environment()),
              (Screen{std::nullopt, Charset::ascii, Colour::none}));
}

TEST(Screen, HasNoColoursWhereTheyAreNotWanted) {
    const Terminal terminal(80);
    auto without = environment();
    without.no_color = "1";
    EXPECT_EQ(screen_of(terminal.descriptor(), without).colour, Colour::none);
    auto dumb = environment();
    dumb.term = "dumb";
    EXPECT_EQ(screen_of(terminal.descriptor(), dumb).colour, Colour::none);
    EXPECT_FALSE(is_drawable(terminal.descriptor(), dumb));
    EXPECT_TRUE(is_drawable(terminal.descriptor(), environment()));
}

TEST(Screen, TakesTheCharsetFromTheFirstVariableThatIsSet) {
    const auto charset = [](ScreenEnvironment of) { return screen_of(-1, of).charset; };
    EXPECT_EQ(charset({.lang = "de_DE.UTF-8"}), Charset::utf8);
    EXPECT_EQ(charset({.lang = "C.utf8"}), Charset::utf8);
    EXPECT_EQ(charset({}), Charset::ascii);
    EXPECT_EQ(charset({.lc_ctype = "C.UTF-8", .lang = "C"}), Charset::utf8);
    EXPECT_EQ(charset({.lc_all = "C", .lc_ctype = "C.UTF-8", .lang = "C.UTF-8"}), Charset::ascii);
}

TEST(Styled, WritesNoEscapesWithoutColours) {
    EXPECT_EQ(styled("a", Style::bad, Colour::none), "a");
    EXPECT_EQ(styled("a", Style::plain, Colour::ansi), "a");
    EXPECT_EQ(styled("", Style::bad, Colour::ansi), "");
    EXPECT_EQ(styled("a", Style::bad, Colour::ansi), "\x1b[31ma\x1b[0m");
}

} // namespace
} // namespace av1encd
