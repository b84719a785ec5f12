#include "tests/ctl/pseudo_terminal.hpp"

#include "common/error.hpp"
#include "tests/support/waiting.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <pty.h>
#include <unistd.h>

namespace av1encd {

PseudoTerminal::PseudoTerminal(unsigned short columns, unsigned short rows) {
    int master = -1;
    int slave = -1;
    const winsize window{rows, columns, 0, 0};
    if (::openpty(&master, &slave, nullptr, nullptr, &window) != 0)
        throw system_error(errno, "openpty");
    master_ = UniqueFd(master);
    slave_ = UniqueFd(slave);
    ::fcntl(master, F_SETFL, O_NONBLOCK);
}

tcflag_t PseudoTerminal::local_modes() const {
    termios modes{};
    ::tcgetattr(slave_.get(), &modes);
    return modes.c_lflag;
}

bool PseudoTerminal::shows(const std::string& text) {
    return eventually([&] {
        read();
        return written_.find(text) != std::string::npos;
    });
}

void PseudoTerminal::read() {
    std::array<char, 4096> buffer{};
    while (true) {
        const auto count = ::read(master_.get(), buffer.data(), buffer.size());
        if (count <= 0)
            return;
        written_.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

} // namespace av1encd
