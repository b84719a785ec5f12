#include "ctl/render.hpp"

#include "common/human_format.hpp"
#include "common/source_text.hpp"
#include "ctl/display_width.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace av1encd {

namespace {

using Seconds = std::chrono::duration<double>;

/// A slot or a chunk before it is known how wide its parts may be.
struct BarLine {
    std::string prefix; ///< "Slot 01 | [24] "
    std::string name;   ///< what may be cut
    std::uint64_t done_bytes = 0;
    std::uint64_t total_bytes = 0;
    std::string tail;
    bool idle = false;          ///< has neither bar nor tail
    bool finished = false;      ///< a full bar, even where some of it failed
    Style style = Style::plain; ///< of the bar

    std::string sizes() const { return human_size(done_bytes) + "/" + human_size(total_bytes); }
};

struct Layout {
    std::size_t label = 0;
    std::size_t bar = 0;
    std::size_t sizes = 0;
};

// The fleets' lines begin their bars here as long as the names are short.
constexpr std::size_t usual_label = 31;
constexpr std::size_t narrowest_label = 16;
constexpr std::size_t narrowest_bar = 8;
constexpr std::size_t widest_bar = 40;
// On a terminal these are kept free even where all is shorter: as sizes and times grow, the bars of
// a live view would get shorter and longer.
constexpr std::size_t usual_sizes = 11; // "145MB/150MB"
constexpr std::size_t usual_tail = 28;  // "✓ size=145MB • elapsed=00:39"

std::string timing(std::uint64_t done_bytes, double elapsed_s, std::optional<double> eta_s) {
    const double rate = elapsed_s > 0 ? static_cast<double>(done_bytes) / elapsed_s : 0;
    return fmt::format("[{}<{}, {}]", human_duration(Seconds(elapsed_s)),
                       eta_s ? human_duration(Seconds(*eta_s)) : "?",
                       rate > 0 ? human_rate(rate) : "?B/s");
}

BarLine bar_line(const SlotStatus& slot) {
    BarLine line;
    line.prefix = fmt::format("Slot {:02} | ", slot.slot);
    line.idle = !slot.source;
    if (line.idle) {
        line.name = "Waiting...";
        return line;
    }
    if (slot.crf)
        line.prefix += fmt::format("[{}] ", *slot.crf);
    line.name = printable(*slot.source);
    line.done_bytes = slot.done_bytes;
    line.total_bytes = slot.total_bytes;
    line.tail = timing(slot.done_bytes, slot.elapsed_s, slot.eta_s);
    return line;
}

std::optional<double> time_left(const ChunkStatus& chunk) {
    if (chunk.done_bytes == 0 || chunk.elapsed_s <= 0)
        return std::nullopt;
    const auto left = chunk.total_bytes - std::min(chunk.done_bytes, chunk.total_bytes);
    return chunk.elapsed_s * static_cast<double>(left) / static_cast<double>(chunk.done_bytes);
}

/// chunk01 -> "Chunk 01".
std::string chunk_name(const std::string& chunk) {
    constexpr std::string_view word = "chunk";
    return chunk.starts_with(word) ? "Chunk " + chunk.substr(word.size()) : printable(chunk);
}

BarLine bar_line(const ChunkStatus& chunk, Charset charset) {
    BarLine line;
    line.name = chunk_name(chunk.chunk);
    line.done_bytes = chunk.done_bytes;
    line.total_bytes = chunk.total_bytes;
    line.finished = chunk.finished;
    if (chunk.finished)
        line.tail = fmt::format("{} size={} {} elapsed={}", charset == Charset::utf8 ? "✓" : "ok",
                                human_size(chunk.done_bytes), charset == Charset::utf8 ? "•" : "-",
                                human_duration(Seconds(chunk.elapsed_s)));
    else
        line.tail = timing(chunk.done_bytes, chunk.elapsed_s, time_left(chunk));
    return line;
}

Layout layout_of(const std::vector<BarLine>& lines, const Screen& screen) {
    Layout layout{usual_label, narrowest_bar, 0};
    std::size_t tail = 0;
    for (const auto& line : lines) {
        if (line.idle)
            continue;
        layout.label = std::max(layout.label, display_width(line.prefix + line.name));
        layout.sizes = std::max(layout.sizes, line.sizes().size());
        tail = std::max(tail, display_width(line.tail));
    }
    if (!screen.columns)
        return layout;
    layout.sizes = std::max(layout.sizes, usual_sizes);
    tail = std::max(tail, usual_tail);
    constexpr std::size_t gaps = 3;
    const std::size_t others = layout.sizes + tail + gaps;
    const std::size_t room = *screen.columns - std::min(*screen.columns, others);
    const std::size_t widest_label = room - std::min(room, narrowest_bar);
    layout.label = std::clamp(layout.label, std::min(narrowest_label, layout.label),
                              std::max(widest_label, narrowest_label));
    const std::size_t left = room - std::min(room, layout.label);
    layout.bar = std::clamp(left, narrowest_bar, widest_bar);
    return layout;
}

/// Not full before all is done.
std::string bar(const BarLine& line, std::size_t columns, const Screen& screen) {
    std::size_t full = line.finished ? columns : 0;
    if (!line.finished && line.total_bytes > 0) {
        const double fraction =
            static_cast<double>(line.done_bytes) / static_cast<double>(line.total_bytes);
        full = static_cast<std::size_t>(std::min(fraction, 1.0) * static_cast<double>(columns));
    }
    std::string text;
    for (std::size_t at = 0; at < full; ++at)
        text += screen.charset == Charset::utf8 ? "█" : "#";
    return styled(text, line.style, screen.colour) + std::string(columns - full, ' ');
}

std::string drawn(const BarLine& line, const Layout& layout, const Screen& screen) {
    if (line.idle)
        return styled(line.prefix + line.name, Style::faint, screen.colour);
    const auto prefix_width = std::min(display_width(line.prefix), layout.label);
    const auto name = cut_in_the_middle(line.name, layout.label - prefix_width, screen.charset);
    return fmt::format("{} {} {} {}", aligned(line.prefix + name, layout.label, Align::left),
                       bar(line, layout.bar, screen),
                       aligned(line.sizes(), layout.sizes, Align::right), line.tail);
}

Style style_of_state(const std::string& state) {
    if (state == "running")
        return Style::good;
    return state == "paused" || state == "draining" ? Style::notable : Style::plain;
}

Style style_of_bars(const std::string& state) {
    if (state == "paused")
        return Style::notable;
    return state == unknown_state ? Style::faint : Style::active;
}

std::string hold_line(const HoldStatus& hold, Colour colour) {
    std::string line =
        fmt::format("Hold     {} since {}", styled(printable(hold.reason), Style::notable, colour),
                    shown_time(hold.since));
    if (hold.until)
        line += " until " + shown_time(*hold.until);
    return hold.text.empty() ? line : line + ": " + printable(hold.text);
}

std::vector<std::string> head_lines(const Status& status, Colour colour) {
    const auto& jobs = status.jobs;
    const auto& totals = status.totals;
    std::vector<std::string> lines;
    lines.push_back(fmt::format("Machine  {} (av1encd {})", printable(status.machine),
                                printable(status.version)));
    lines.push_back(fmt::format(
        "State    {}", styled(printable(status.state), style_of_state(status.state), colour)));
    for (const auto& hold : status.holds)
        lines.push_back(hold_line(hold, colour));
    lines.push_back(fmt::format(
        "Jobs     {} waiting, {} active, {} done, {} failed, {} skipped, {} unreadable",
        jobs.waiting, jobs.active, jobs.done, jobs.failed, jobs.skipped, jobs.unreadable));
    lines.push_back(fmt::format("Totals   {} in {}, {:.1f} MiB/min",
                                human_size(totals.source_bytes),
                                human_duration(Seconds(totals.elapsed_s)), totals.mib_per_min));
    return lines;
}

} // namespace

StatusLines status_lines(const Status& status, const Screen& screen) {
    std::vector<BarLine> lines;
    for (const auto& slot : status.slots)
        lines.push_back(bar_line(slot));
    for (const auto& chunk : status.chunks)
        lines.push_back(bar_line(chunk, screen.charset));
    const auto layout = layout_of(lines, screen);
    const auto style = style_of_bars(status.state);
    for (auto& line : lines)
        line.style = line.finished ? Style::good : style;

    StatusLines result;
    result.head = head_lines(status, screen.colour);
    for (std::size_t at = 0; at < lines.size(); ++at)
        (at < status.slots.size() ? result.slots : result.chunks)
            .push_back(drawn(lines[at], layout, screen));
    return result;
}

std::string render(const Status& status, const Screen& screen) {
    const auto lines = status_lines(status, screen);
    std::string text;
    for (const auto* block : {&lines.head, &lines.slots, &lines.chunks}) {
        if (!text.empty() && !block->empty())
            text += '\n';
        for (const auto& line : *block)
            text += line + '\n';
    }
    return text;
}

std::string shown_time(const std::string& iso) {
    const auto time = from_iso_time(iso);
    return time ? local_time(*time) : printable(iso);
}

std::string shown_clock(const std::string& iso) {
    const auto time = from_iso_time(iso);
    return time ? local_time(*time).substr(std::string_view("YYYY-MM-DD ").size()) : printable(iso);
}

} // namespace av1encd
