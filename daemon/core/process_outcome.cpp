#include "daemon/core/process_outcome.hpp"

#include "common/source_text.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <string_view>

namespace av1encd {

namespace {

// What ffmpeg adds after the line that says why, and what encoders say before any trouble.
constexpr std::array<std::string_view, 12> says_nothing = {
    "Conversion failed!",
    "aborting.",
    "Last message repeated",
    "Error initializing output stream",
    "Error while processing the decoded data",
    "Error while decoding stream",
    "Error reinitializing filters",
    "Failed to inject frame into filter network",
    "error reading header",
    "Svt[info]",
    "Svt[warn]",
    "Additional information:",
};

/// "[h264 @ 0x55db505bbf40] no frame!" -> "[h264] no frame!"
std::string without_addresses(std::string line) {
    for (auto begin = line.find(" @ 0x"); begin != line.npos; begin = line.find(" @ 0x", begin)) {
        const auto end = line.find(']', begin);
        if (end == line.npos)
            break;
        line.erase(begin, end - begin);
    }
    return line;
}

/// Every path of ours is `file:` and absolute, up to a colon before a blank, a quote or the end.
std::string without_paths(std::string line) {
    constexpr std::string_view mark = "file:/";
    constexpr std::string_view stand_in = "the file";
    for (auto begin = line.find(mark); begin != line.npos; begin = line.find(mark, begin)) {
        const auto end = std::min(line.find(": ", begin + mark.size()), line.find('\'', begin));
        line.replace(begin, std::min(end, line.size()) - begin, stand_in);
        begin += stand_in.size();
    }
    constexpr std::string_view bare_prefix = "the file: ";
    if (line.starts_with(bare_prefix))
        line.erase(0, bare_prefix.size());
    return line;
}

bool tells(std::string_view line) {
    return line.find_first_not_of(" \t") != line.npos && !is_about_machine(line) &&
           std::ranges::none_of(says_nothing, [line](std::string_view words) {
               return line.find(words) != line.npos;
           });
}

} // namespace

std::vector<std::string> ProcessOutcome::last_lines(std::size_t count) const {
    const auto taken = static_cast<std::ptrdiff_t>(std::min(count, stderr_lines.size()));
    return {stderr_lines.end() - taken, stderr_lines.end()};
}

bool is_about_machine(std::string_view line) {
    // libgcrypt, loaded with ffmpeg for protocols that are never used, where mlock() is refused: in
    // containers, or with RLIMIT_MEMLOCK at 0.
    return line == "Warning: using insecure memory!";
}

std::string describe(const ProcessOutcome& outcome) {
    if (!outcome.start_error.empty())
        return outcome.start_error;
    if (!outcome.stall.empty())
        return outcome.stall + " and was killed";
    if (outcome.signal) {
        return fmt::format("killed by signal {} ({})", *outcome.signal, strsignal(*outcome.signal));
    }
    return fmt::format("exit status {}", outcome.exit_status.value_or(0));
}

std::string telling_line(const ProcessOutcome& outcome) {
    const auto& lines = outcome.stderr_lines;
    auto found = std::ranges::find_if(lines, tells);
    if (found == lines.end() && !lines.empty())
        found = lines.begin();
    if (found == lines.end())
        return {};
    return printable(without_paths(without_addresses(*found)));
}

std::string describe_with_reason(const ProcessOutcome& outcome) {
    const auto line = telling_line(outcome);
    return line.empty() ? describe(outcome) : describe(outcome) + ": " + line;
}

} // namespace av1encd
