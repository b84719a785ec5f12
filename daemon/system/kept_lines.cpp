#include "daemon/system/kept_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace av1encd {

void KeptLines::add(std::string_view text) {
    for (auto end = text.find_first_of("\r\n"); end != text.npos;
         end = text.find_first_of("\r\n")) {
        add_to_line(text.substr(0, end));
        finish_line();
        text.remove_prefix(end + 1);
    }
    add_to_line(text);
}

std::vector<std::string> KeptLines::take() {
    finish_line();
    auto lines = std::move(first_);
    if (left_out_ > 0)
        lines.push_back(fmt::format("... {} lines left out ...", left_out_));
    std::move(last_.begin(), last_.end(), std::back_inserter(lines));
    *this = KeptLines();
    return lines;
}

void KeptLines::add_to_line(std::string_view text) {
    line_.append(text.substr(0, most_line_bytes - line_.size()));
}

void KeptLines::finish_line() {
    auto line = std::exchange(line_, {});
    if (line.empty())
        return;
    // Once a line did not fit, no later one goes to the beginning: the order would be lost.
    const bool fits = last_.empty() && first_.size() < most_first_lines &&
                      first_bytes_ + line.size() <= most_first_bytes;
    if (fits) {
        first_bytes_ += line.size();
        first_.push_back(std::move(line));
        return;
    }
    last_.push_back(std::move(line));
    if (last_.size() > most_last_lines) {
        last_.pop_front();
        ++left_out_;
    }
}

} // namespace av1encd
