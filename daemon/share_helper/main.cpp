// av1encd-share: every call on the share happens in processes of this program, so that one that
// never returns costs such a process and not the daemon.

#include "common/share_protocol.hpp"
#include "daemon/share_helper/share_session.hpp"

#include <csignal>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>

int main() {
    if (::fcntl(av1encd::share_socket_fd, F_GETFD) < 0) {
        fmt::print(stderr, "av1encd-share is started by av1encd, not by hand\n");
        return EXIT_FAILURE;
    }
    // Should the daemon have died before this line, the end of the socket tells.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::signal(SIGXFSZ, SIG_IGN); // a limit on file sizes is to be an error of the write
    try {
        av1encd::serve_share(av1encd::share_socket_fd, {});
        return EXIT_SUCCESS;
    } catch (const std::exception& failure) {
        fmt::print(stderr, "av1encd-share: {}\n", failure.what());
        return EXIT_FAILURE;
    }
}
