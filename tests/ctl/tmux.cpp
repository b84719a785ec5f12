#include "tests/ctl/tmux.hpp"

#include "common/error.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>

namespace av1encd {

Tmux::Tmux(Window window, const std::string& script) {
    folder_.write("tmux.conf", "set -g status off\n");
    folder_.write("script", fmt::format("cd '{}'\n{}\nexec sleep 1d\n", folder().native(), script));
    run(fmt::format("-u -f '{0}/tmux.conf' new-session -d -x {1} -y {2} \"bash '{0}/script'\"",
                    folder().native(), window.columns, window.rows));
}

Tmux::~Tmux() {
    try {
        run("kill-server");
    } catch (const Error&) { // it has gone already
    }
}

std::string Tmux::read(const std::string& name) const {
    auto text = folder_.read(name);
    if (text.ends_with('\n'))
        text.pop_back();
    return text;
}

void Tmux::resize(Window window) const {
    run(fmt::format("resize-window -x {} -y {}", window.columns, window.rows));
}

bool Tmux::is_as_at_first() const {
    return run("display-message -p '#{alternate_on} #{cursor_flag} #{wrap_flag}'") == "0 1 1\n";
}

std::string Tmux::run(const std::string& command) const {
    const auto line =
        fmt::format("env -u TMUX -u NO_COLOR LC_ALL=C.UTF-8 tmux -S '{}/tmux.sock' {}",
                    folder().native(), command);
    std::FILE* pipe = ::popen(line.c_str(), "re");
    if (pipe == nullptr)
        throw Error("cannot run tmux");
    std::string output;
    std::array<char, 4096> buffer{};
    while (const auto got = std::fread(buffer.data(), 1, buffer.size(), pipe))
        output.append(buffer.data(), got);
    if (::pclose(pipe) != 0)
        throw Error("tmux failed: " + command);
    return output;
}

} // namespace av1encd
