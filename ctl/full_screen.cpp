#include "ctl/full_screen.hpp"

#include "ctl/output.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace av1encd {

namespace {

// No cursor; no wrapping, so that a character that the terminal takes for wider
// than we do spoils no second line.
constexpr std::string_view alternate_screen = "\x1b[?1049h";
constexpr std::string_view quiet_screen = "\x1b[?25l\x1b[?7l";
// Begins with what may be open where a frame was written half.
constexpr std::string_view leave_sequence = "\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

/// O_NONBLOCK belongs to what was opened, and that is shared with the shell: the terminal is opened
/// once more. After `su` it may be another user's, then the shared one has to do, and waits.
UniqueFd opened_again(int output) {
    UniqueFd own(::open(fmt::format("/proc/self/fd/{}", output).c_str(),
                        O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!own)
        own = UniqueFd(::fcntl(output, F_DUPFD_CLOEXEC, 0));
    return own;
}

/// Signals by keys stay, but Ctrl-S, which would stop the picture for good.
termios for_keys(termios modes) {
    modes.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    modes.c_iflag &= ~static_cast<tcflag_t>(IXON);
    modes.c_cc[VMIN] = 1;
    modes.c_cc[VTIME] = 0;
    return modes;
}

} // namespace

FullScreen::FullScreen(int output, int keyboard)
    : output_(output),
      with_modes_(::isatty(keyboard) != 0 ? keyboard : output),
      terminal_(opened_again(output)) {
    if (!terminal_)
        throw system_error(errno, "cannot open the terminal");
    enter();
}

FullScreen::~FullScreen() {
    leave();
}

void FullScreen::enter() {
    if (!modes_before_) {
        termios modes{};
        if (::tcgetattr(with_modes_, &modes) != 0)
            throw system_error(errno, "cannot read the terminal's modes");
        modes_before_ = modes;
        unwritten_ += alternate_screen; // once: it keeps where the cursor was
    }
    const auto wanted = for_keys(*modes_before_);
    ::tcsetattr(with_modes_, TCSANOW, &wanted);
    unwritten_ += quiet_screen;
    forget();
}

void FullScreen::leave() {
    if (!modes_before_)
        return;
    unwritten_ = leave_sequence;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    try {
        for (flush(); !is_ready() && std::chrono::steady_clock::now() < end; flush()) {
            constexpr int milliseconds = 100;
            pollfd writable{terminal_.get(), POLLOUT, 0};
            ::poll(&writable, 1, milliseconds);
        }
    } catch (const Error&) { // the terminal has gone: its modes with it
    }
    unwritten_.clear();
    ::tcsetattr(with_modes_, TCSANOW, &*modes_before_);
    modes_before_.reset();
}

WindowSize FullScreen::size() const {
    winsize told{};
    if (::ioctl(output_, TIOCGWINSZ, &told) != 0 || told.ws_col == 0 || told.ws_row == 0)
        return {};
    return {told.ws_col, told.ws_row};
}

void FullScreen::draw(Frame frame) {
    unwritten_ += update(shown_, frame);
    shown_ = std::move(frame);
    flush();
}

void FullScreen::flush() {
    while (!unwritten_.empty()) {
        const auto written = ::write(terminal_.get(), unwritten_.data(), unwritten_.size());
        if (written < 0 && errno == EAGAIN)
            return;
        if (written < 0 && errno != EINTR)
            throw OutputClosed("the terminal has gone");
        unwritten_.erase(0, written < 0 ? 0 : static_cast<std::size_t>(written));
    }
}

} // namespace av1encd
