#pragma once
// One run of av1ctl: what was asked, where the answer goes, and the daemon once it is needed.

#include "ctl/command_line.hpp"
#include "ctl/control_client.hpp"
#include "ctl/output.hpp"
#include "ctl/screen.hpp"

#include <optional>
#include <string_view>
#include <utility>

namespace av1encd {

class Session {
public:
    Session(CommandLine line, Screen screen, Output answers, Output complaints)
        : line_(std::move(line)),
          screen_(screen),
          answers_(answers),
          complaints_(complaints) {}

    const CommandLine& line() const { return line_; }
    const Screen& screen() const { return screen_; }
    bool wants_json() const { return line_.format == Format::json; }
    /// Connects at the first use; throws DaemonUnreachable then.
    ControlClient& daemon();

    void print(std::string_view text) const { answers_.write(text); }
    const Output& answers() const { return answers_; }
    const Output& complaints() const { return complaints_; }

private:
    CommandLine line_;
    Screen screen_;
    Output answers_;
    Output complaints_;
    std::optional<ControlClient> daemon_;
};

} // namespace av1encd
