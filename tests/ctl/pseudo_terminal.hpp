#pragma once
// A terminal whose other end is the test: it reads what is written there, or lets it stick.

#include "common/unique_fd.hpp"

#include <string>
#include <termios.h>

namespace av1encd {

class PseudoTerminal {
public:
    PseudoTerminal(unsigned short columns, unsigned short rows);

    /// The end that a program has.
    int descriptor() const { return slave_.get(); }
    tcflag_t local_modes() const;
    /// Reads on until that text has come; whether it came.
    bool shows(const std::string& text);
    /// All that was read so far.
    const std::string& written() const { return written_; }

private:
    void read();

    UniqueFd master_;
    UniqueFd slave_;
    std::string written_;
};

} // namespace av1encd
