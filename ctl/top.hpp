#pragma once
// `av1ctl top`: the live view on a terminal until the user has seen enough.

#include "ctl/session.hpp"

namespace av1encd {

/// The exit status. Without a terminal, and as JSON, the status is printed once.
int show_live_view(Session& session);

} // namespace av1encd
