#pragma once
// A terminal taken over for a full-screen view: the alternate screen, no cursor, no echo, keys as
// they are pressed. The terminal is as it was when this ends or leave() was called.

#include "common/unique_fd.hpp"
#include "ctl/frame.hpp"

#include <optional>
#include <string>
#include <termios.h>

namespace av1encd {

/// Writing never waits, so that a connection that is stuck stops neither keys nor signals.
class FullScreen {
public:
    /// `output` is a terminal, `keyboard` one or anything else. Enters.
    FullScreen(int output, int keyboard);
    ~FullScreen();
    FullScreen(const FullScreen&) = delete;
    FullScreen& operator=(const FullScreen&) = delete;

    /// Again too, after something else used the terminal: the next frame is drawn as a whole.
    void enter();
    /// As it was. Waits for a slow terminal, for two seconds at most.
    void leave();

    WindowSize size() const;
    /// Begins to write it; only where is_ready().
    void draw(Frame frame);
    /// The next frame is drawn as a whole.
    void forget() { shown_.reset(); }
    /// Goes on writing, as far as the terminal takes it. Throws OutputClosed where it has gone.
    void flush();
    /// The last frame is written.
    bool is_ready() const { return unwritten_.empty(); }
    /// Writable when there is something to flush() for.
    int descriptor() const { return terminal_.get(); }

private:
    int output_;
    int with_modes_; ///< the descriptor by which the terminal's modes are set
    UniqueFd terminal_;
    std::optional<termios> modes_before_; ///< nullopt: not entered
    std::string unwritten_;
    std::optional<Frame> shown_;
};

} // namespace av1encd
