#include "daemon/core/claim_order.hpp"

#include <algorithm>
#include <compare>

namespace av1encd {

namespace {

constexpr std::chrono::minutes empty_file_rest{1};

std::chrono::milliseconds rest_needed(const FileState& file, std::chrono::milliseconds settle) {
    return file.bytes == 0 ? std::max<std::chrono::milliseconds>(settle, empty_file_rest) : settle;
}

/// The separator sorts before every other byte, so that a folder's files stay together.
int rank(char byte) {
    return byte == '/' ? -1 : static_cast<unsigned char>(byte);
}

} // namespace

bool comes_before(std::string_view a, std::string_view b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [](char x, char y) { return rank(x) < rank(y); });
}

void sort_for_claiming(std::vector<std::string>& sources) {
    std::sort(sources.begin(), sources.end(), comes_before);
}

std::size_t chunk_length(const std::vector<std::uint64_t>& sizes, std::uint64_t chunk_size) {
    std::uint64_t room = chunk_size;
    std::size_t count = 0;
    for (const auto size : sizes) {
        if (count > 0 && size > room)
            break;
        room -= std::min(room, size);
        ++count;
    }
    return count;
}

bool Settling::rests(const std::string& source, const FileState& file, Ticks now,
                     std::chrono::milliseconds settle) {
    const auto [seen, is_new] = seen_.try_emplace(source, Seen{file, now, now});
    if (!is_new && seen->second.file != file)
        seen->second = Seen{file, now, now};
    seen->second.looked = now;
    return now - seen->second.since >= rest_needed(file, settle);
}

Settling::Ticks Settling::next_look(const std::string& source,
                                    std::chrono::milliseconds settle) const {
    const auto seen = seen_.find(source);
    if (seen == seen_.end())
        return Ticks::min();
    return seen->second.since + rest_needed(seen->second.file, settle);
}

bool Settling::may_have_begun(const std::string& source, Ticks since) const {
    const auto seen = seen_.find(source);
    return seen != seen_.end() && seen->second.file.bytes == 0 && seen->second.looked < since;
}

void Settling::forget(const std::string& source) {
    seen_.erase(source);
}

} // namespace av1encd
