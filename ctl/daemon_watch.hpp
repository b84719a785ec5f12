#pragma once
// What the daemon does, kept up to date: its events are followed, and after them its status is
// asked, at most ten times a second and at least once. A daemon that goes away is looked for until
// it is back.

#include "ctl/control_client.hpp"
#include "ctl/live_view.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <poll.h>
#include <string>
#include <vector>

namespace av1encd {

class DaemonWatch {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// `status` is what was told last.
    DaemonWatch(std::filesystem::path socket, Status status);

    /// To be polled until the time due().
    std::vector<pollfd> descriptors() const;
    Time due() const;
    /// Takes what came and does what is due; never waits for the daemon. Whether state() changed.
    /// Throws Error where the daemon's answers are not to be understood.
    bool go_on(Time now);
    const LiveState& state() const { return state_; }

private:
    void connect();
    void take_events();
    void take_status(Time now);
    void ask_if_due(Time now);
    /// `what`: in a word, for as long as it lasts.
    void lose(std::string_view what, const std::string& reason, Time now);
    void complain_of_silence(Time now);
    void add_message(LiveMessage message);
    void recover();

    std::filesystem::path socket_;
    LiveState state_;
    std::optional<ControlClient> events_; ///< both are there, or none
    std::optional<ControlClient> answers_;
    bool status_is_old_ = true; ///< something happened since it was asked
    bool waits_ = false;        ///< for an answer
    Time asked_{};
    Time connect_at_{};
    bool changed_ = false;
};

} // namespace av1encd
