#include "ctl/session.hpp"

namespace av1encd {

ControlClient& Session::daemon() {
    if (!daemon_)
        daemon_.emplace(line_.socket);
    return *daemon_;
}

} // namespace av1encd
