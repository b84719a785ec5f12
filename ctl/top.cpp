#include "ctl/top.hpp"

#include "ctl/daemon_watch.hpp"
#include "ctl/full_screen.hpp"
#include "ctl/interruption.hpp"
#include "ctl/live_view.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <unistd.h>

namespace av1encd {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto between_frames = 100ms;

class LiveView {
public:
    LiveView(Session& session, Status status)
        : signals_({SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH}),
          keyboard_(::isatty(STDIN_FILENO) != 0 ? STDIN_FILENO : -1),
          screen_(session.screen()),
          terminal_(session.answers().descriptor(), STDIN_FILENO),
          daemon_(session.line().socket, std::move(status)) {}

    void run() {
        while (!over_) {
            const auto now = Clock::now();
            changed_ = daemon_.go_on(now) || changed_;
            draw_if_due(now);
            wait();
        }
    }

private:
    void draw_if_due(Clock::time_point now) {
        if (!changed_ || !terminal_.is_ready() || now < next_frame_)
            return;
        const auto size = terminal_.size();
        screen_.columns = size.columns;
        terminal_.draw({size, render(daemon_.state(), screen_, size.rows)});
        changed_ = false;
        next_frame_ = now + between_frames;
    }

    int milliseconds_to_wait() const {
        auto until = daemon_.due();
        if (changed_ && terminal_.is_ready())
            until = std::min(until, next_frame_);
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
        return static_cast<int>(std::clamp<std::chrono::milliseconds>(left, 0ms, 1h).count());
    }

    void wait() {
        const short writable = terminal_.is_ready() ? 0 : POLLOUT;
        std::vector<pollfd> polled = {{signals_.descriptor(), POLLIN, 0},
                                      {keyboard_, POLLIN, 0}, // a negative one is passed over
                                      {terminal_.descriptor(), writable, 0}};
        for (const auto& descriptor : daemon_.descriptors())
            polled.push_back(descriptor);
        if (::poll(polled.data(), polled.size(), milliseconds_to_wait()) < 0)
            return;
        if (polled[0].revents != 0)
            take_signals();
        if (polled[1].revents != 0)
            take_keys();
        if (polled[2].revents != 0)
            terminal_.flush();
        over_ = over_ || (polled[2].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
    }

    void take_signals() {
        while (const auto signal = signals_.take())
            switch (*signal) {
            case SIGWINCH: changed_ = true; break;
            case SIGTSTP: suspend(); break;
            case SIGCONT: come_back(); break;
            default: over_ = true;
            }
    }

    // By SIGSTOP, as SIGTSTP is blocked here; the shell takes both alike. SIGCONT follows.
    void suspend() {
        terminal_.leave();
        ::raise(SIGSTOP);
    }

    void come_back() {
        terminal_.enter();
        changed_ = true;
    }

    void take_keys() {
        constexpr char escape = '\x1b', interrupt = '\x03', redraw = '\x0c';
        std::array<char, 64> keys{};
        const auto count = ::read(keyboard_, keys.data(), keys.size());
        if (count <= 0)
            keyboard_ = -1;
        for (ssize_t at = 0; at < count && keys.at(static_cast<std::size_t>(at)) != escape; ++at) {
            const char key = keys.at(static_cast<std::size_t>(at));
            over_ = over_ || key == 'q' || key == 'Q' || key == interrupt;
            if (key == redraw) {
                terminal_.forget();
                changed_ = true;
            }
        }
    }

    // In this order: the terminal is as it was before the signals are.
    Interruption signals_;
    int keyboard_; ///< -1: there is none
    Screen screen_;
    FullScreen terminal_;
    DaemonWatch daemon_;
    Clock::time_point next_frame_{};
    bool changed_ = true;
    bool over_ = false;
};

} // namespace

int show_live_view(Session& session) {
    auto status = status_from_json(ControlClient(session.line().socket).call("Status"));
    if (session.wants_json())
        session.print(to_json(status) + '\n');
    else if (!is_drawable(session.answers().descriptor(), screen_environment()))
        session.print(render_once(status, session.screen()));
    else
        LiveView(session, std::move(status)).run();
    return EXIT_SUCCESS;
}

} // namespace av1encd
