#pragma once
// Which sources make the next chunk, and which of them are still being written.

#include "daemon/core/job.hpp"

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

/// Paths compared folder by folder, as bytes: `a/z` comes before `a-b/c`.
bool comes_before(std::string_view a, std::string_view b);

/// As comes_before() orders them.
void sort_for_claiming(std::vector<std::string>& sources);

/// How many of the sizes, from the first on, make one chunk: until the next would exceed
/// `chunk_size`; the first always goes in.
std::size_t chunk_length(const std::vector<std::uint64_t>& sizes, std::uint64_t chunk_size);

/// Tells sources that rest from those that somebody still writes: a source rests when two looks at
/// least `settle` apart saw the same size and time. An empty file has to rest for a minute.
class Settling {
public:
    using Ticks = std::chrono::steady_clock::time_point;

    /// Remembers the look; true where the source rests.
    bool rests(const std::string& source, const FileState& file, Ticks now,
               std::chrono::milliseconds settle);
    bool knows(const std::string& source) const { return seen_.contains(source); }
    /// When a source that was looked at could be found at rest, at the earliest.
    Ticks next_look(const std::string& source, std::chrono::milliseconds settle) const;
    /// An empty one that was not looked at since then: it may have got its first bytes.
    bool may_have_begun(const std::string& source, Ticks since) const;
    void forget(const std::string& source);

private:
    struct Seen {
        FileState file;
        Ticks since; ///< it is like that
        Ticks looked;
    };
    std::map<std::string, Seen> seen_;
};

} // namespace av1encd
