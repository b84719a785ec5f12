#pragma once
// What is kept of a child's stderr: all of it while it is short, else its beginning and its end,
// with a line between them that says how much is missing. At most about 2 MiB, whatever comes.

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

class KeptLines {
public:
    static constexpr std::size_t most_first_lines = 2'000;
    static constexpr std::size_t most_first_bytes = std::size_t{1} << 20;
    static constexpr std::size_t most_last_lines = 200;
    static constexpr std::size_t most_line_bytes = 4'096; ///< the rest of a line is dropped

    /// Text in pieces as they come. A carriage return ends a line like a newline; empty lines are
    /// not kept.
    void add(std::string_view text);

    /// The lines, the unfinished one included.
    std::vector<std::string> take();

private:
    void add_to_line(std::string_view text);
    void finish_line();

    std::string line_;
    std::vector<std::string> first_;
    std::size_t first_bytes_ = 0;
    std::deque<std::string> last_;
    std::size_t left_out_ = 0;
};

} // namespace av1encd
