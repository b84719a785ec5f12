#include "ctl/output.hpp"

#include "common/source_text.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <unistd.h>

namespace av1encd {

void Output::write(std::string_view text) const {
    while (!text.empty()) {
        const auto written = ::write(descriptor_, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0 && errno == EPIPE)
            throw OutputClosed("nobody reads the output");
        if (written < 0)
            throw system_error(errno, "cannot write the output");
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

void Output::write_if_possible(std::string_view text) const {
    try {
        write(text);
    } catch (const Error&) {
        return;
    }
}

void complain(const Output& complaints, std::string_view text) {
    std::string lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines += fmt::format("av1ctl: {}\n", printable(text.substr(0, end)));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    complaints.write_if_possible(lines);
}

} // namespace av1encd
