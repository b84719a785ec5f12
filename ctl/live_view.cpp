#include "ctl/live_view.hpp"

#include "common/source_text.hpp"
#include "ctl/display_width.hpp"
#include "ctl/job_views.hpp"
#include "ctl/render.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace av1encd {

namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t most_chunks = 10;

/// How many rows each part gets.
struct Shares {
    std::size_t messages = 0; ///< with the divider below them
    std::size_t head = 0;
    std::size_t gap = 0;
    std::size_t slots = 0;
    std::size_t chunks = 0; ///< with the divider above them
};

Shares shares_of(std::size_t rows, std::size_t head, const Status& status, bool has_messages) {
    std::size_t left = rows;
    const auto take = [&left](std::size_t wish) {
        const auto taken = std::min(wish, left);
        left -= taken;
        return taken;
    };
    const auto less = [](std::size_t number, std::size_t by) {
        return number - std::min(number, by);
    };
    constexpr std::size_t rows_for_a_kept_message = 16;
    const std::size_t kept_for_messages =
        has_messages && rows >= rows_for_a_kept_message ? rows / 8 : 0;
    const std::size_t least_chunks = status.chunks.empty() ? 0 : 2;
    Shares shares;
    shares.head = take(head);
    constexpr std::size_t least_slots = 3;
    shares.slots =
        take(std::min(status.slots.size(), std::max(less(left, least_chunks + kept_for_messages),
                                                    std::min(left, least_slots))));
    if (least_chunks > 0 && left >= least_chunks)
        shares.chunks = take(std::min(std::min(status.chunks.size(), most_chunks) + 1,
                                      std::max(less(left, kept_for_messages), least_chunks)));
    shares.gap = take(left > kept_for_messages && shares.slots > 0 ? 1 : 0);
    shares.messages = left;
    return shares;
}

/// `most` of them, in their order: those whose rank is least.
template <typename Thing, typename Rank>
std::vector<Thing> most_telling(const std::vector<Thing>& all, std::size_t most, Rank rank) {
    std::vector<std::size_t> order(all.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t one, std::size_t other) { return rank(one) < rank(other); });
    order.resize(std::min(most, order.size()));
    std::sort(order.begin(), order.end());
    std::vector<Thing> telling;
    telling.reserve(order.size());
    for (const auto at : order)
        telling.push_back(all[at]);
    return telling;
}

std::vector<ChunkStatus> telling_chunks(const std::vector<ChunkStatus>& all, std::size_t most) {
    return most_telling(all, std::min(most, most_chunks), [&](std::size_t at) {
        return all[at].finished ? std::pair(1, all.size() - at) : std::pair(0, at);
    });
}

std::vector<SlotStatus> telling_slots(const std::vector<SlotStatus>& all, std::size_t most) {
    return most_telling(all, most,
                        [&](std::size_t at) { return std::pair(all[at].source ? 0 : 1, at); });
}

/// Only what is to be seen, as hidden names would take part in how wide the columns are.
Status cut_down(Status status, const Shares& shares) {
    const bool all_slots = status.slots.size() <= shares.slots;
    const auto slots = shares.slots - (all_slots || shares.slots == 0 ? 0 : 1);
    status.slots = telling_slots(status.slots, slots);
    status.chunks = telling_chunks(status.chunks, shares.chunks == 0 ? 0 : shares.chunks - 1);
    return status;
}

std::string divider(std::size_t columns, const Screen& screen) {
    std::string line;
    for (std::size_t at = 0; at < columns; ++at)
        line += screen.charset == Charset::utf8 ? "─" : "-";
    return styled(line, Style::faint, screen.colour);
}

void append(Lines& lines, const Lines& more, std::size_t most) {
    for (std::size_t at = 0; at < std::min(most, more.size()); ++at)
        lines.push_back(more[at]);
}

Lines message_lines(const LiveState& state, const Screen& screen, std::size_t rows) {
    if (rows < 2)
        return Lines(rows);
    const auto shown = std::min(state.messages.size(), rows - 1);
    Lines lines(rows - 1 - shown);
    if (shown == 0)
        lines.back() = styled("No messages yet.", Style::faint, screen.colour);
    for (auto at = state.messages.size() - shown; at < state.messages.size(); ++at) {
        const auto& message = state.messages[at];
        lines.push_back(fmt::format("{}  {}", styled(message.clock, Style::faint, screen.colour),
                                    styled(message.text, message.style, screen.colour)));
    }
    lines.push_back(divider(*screen.columns, screen));
    return lines;
}

Lines head_of(const LiveState& state, const StatusLines& lines, const Screen& screen) {
    auto head = lines.head;
    if (!state.trouble.empty())
        head.insert(head.begin(),
                    "Daemon   " + styled(printable(state.trouble), Style::bad, screen.colour));
    constexpr std::string_view hint = "q quits";
    const auto used = display_width(head.front()) + hint.size();
    if (used + 2 <= *screen.columns)
        head.front() +=
            std::string(*screen.columns - used, ' ') + styled(hint, Style::faint, screen.colour);
    return head;
}

std::string more_slots(std::size_t count, const Screen& screen) {
    return styled(fmt::format("and {} more {}", count, count == 1 ? "slot" : "slots"), Style::faint,
                  screen.colour);
}

} // namespace

std::optional<LiveMessage> message_of(const EventStatus& event) {
    constexpr std::array<std::string_view, 3> in_the_bars = {"progress", "segment-started",
                                                             "segment-done"};
    constexpr std::array<std::string_view, 5> bad = {"attempt-failed", "rendition-failed",
                                                     "source-failed", "share-lost", "claim-lost"};
    constexpr std::array<std::string_view, 2> good = {"source-done", "share-back"};
    constexpr std::array<std::string_view, 2> notable = {"paused", "hold-set"};
    const auto is_one_of = [&event](const auto& words) {
        return std::find(words.begin(), words.end(), event.event) != words.end();
    };
    if (is_one_of(in_the_bars))
        return std::nullopt;
    const auto style = is_one_of(bad)       ? Style::bad
                       : is_one_of(good)    ? Style::good
                       : is_one_of(notable) ? Style::notable
                                            : Style::plain;
    return LiveMessage{shown_clock(event.time), event_text(event), style};
}

std::vector<std::string> render(const LiveState& state, const Screen& screen, std::size_t rows) {
    auto status = state.status;
    if (!state.trouble.empty())
        status.state = unknown_state;
    const auto head = head_of(state, status_lines(status, screen), screen);
    const auto shares = shares_of(rows, head.size(), status, !state.messages.empty());
    const auto seen = cut_down(status, shares);
    const auto bars = status_lines(seen, screen);

    Lines lines = message_lines(state, screen, shares.messages);
    append(lines, head, shares.head);
    lines.resize(lines.size() + shares.gap);
    append(lines, bars.slots, shares.slots);
    if (bars.slots.size() < shares.slots)
        lines.push_back(more_slots(status.slots.size() - seen.slots.size(), screen));
    if (shares.chunks > 0)
        lines.push_back(divider(*screen.columns, screen));
    append(lines, bars.chunks, shares.chunks);
    for (auto& line : lines)
        line = cut_at_end(line, *screen.columns, screen.charset);
    return lines;
}

std::string render_once(const Status& status, const Screen& screen) {
    auto seen = status;
    seen.chunks = telling_chunks(status.chunks, most_chunks);
    const auto bars = status_lines(seen, screen);
    std::size_t widest = 0;
    for (const auto* block : {&bars.head, &bars.slots, &bars.chunks})
        for (const auto& line : *block)
            widest = std::max(widest, display_width(line));
    Lines lines = bars.head;
    if (!bars.slots.empty())
        lines.emplace_back();
    append(lines, bars.slots, bars.slots.size());
    if (!bars.chunks.empty())
        lines.push_back(divider(widest, screen));
    append(lines, bars.chunks, bars.chunks.size());
    return fmt::format("{}\n", fmt::join(lines, "\n"));
}

} // namespace av1encd
