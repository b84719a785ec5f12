#pragma once
// A terminal with a program in it, to look at and to type on: a tmux server of the test's own.

#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <string>

namespace av1encd {

class Tmux {
public:
    struct Window {
        int columns = 80;
        int rows = 24;
    };
    /// Bash runs `script` in folder(); what it leaves on the screen stays.
    Tmux(Window window, const std::string& script);
    ~Tmux();
    Tmux(const Tmux&) = delete;
    Tmux& operator=(const Tmux&) = delete;

    const std::filesystem::path& folder() const { return folder_.path(); }
    /// Of a file in folder(), without its last newline; empty where there is none.
    std::string read(const std::string& name) const;
    /// The lines that are to be seen, without blanks at their ends.
    std::string screen() const { return run("capture-pane -p"); }
    std::string screen_with_colours() const { return run("capture-pane -p -e"); }
    /// As it stands, without a single quote.
    void type(const std::string& text) const { run("send-keys -l '" + text + "'"); }
    /// Keys in tmux's names: "q", "C-u C-l".
    void press(const std::string& keys) const { run("send-keys " + keys); }
    void resize(Window window) const;
    /// The alternate screen is off, the cursor is on, lines wrap.
    bool is_as_at_first() const;

private:
    std::string run(const std::string& command) const;

    TemporaryFolder folder_;
};

} // namespace av1encd
