#pragma once
// Text that comes in any pieces -> whole lines. For output of millions of lines: nothing is kept
// but the one line that is not finished yet.

#include <string>
#include <string_view>

namespace av1encd {

/// Calls `take_line` with each finished line, without its newline. `rest` is the unfinished line
/// between the calls, and belongs to the caller.
template <typename TakeLine>
void for_each_line(std::string& rest, std::string_view text, TakeLine take_line) {
    for (auto end = text.find('\n'); end != text.npos; end = text.find('\n')) {
        if (rest.empty()) {
            take_line(text.substr(0, end));
        } else {
            rest.append(text.substr(0, end));
            take_line(std::string_view(rest));
            rest.clear();
        }
        text.remove_prefix(end + 1);
    }
    rest.append(text);
}

} // namespace av1encd
