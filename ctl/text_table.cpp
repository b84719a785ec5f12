#include "ctl/text_table.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace av1encd {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 12;

void trim_end(std::string& line) {
    line.erase(line.find_last_not_of(' ') + 1);
}

} // namespace

void TextTable::add_row(std::vector<Cell> cells) {
    assert(cells.size() == columns_.size());
    for (auto& cell : cells)
        if (cell.text.empty())
            cell.text = "-";
    rows_.push_back(std::move(cells));
}

std::string TextTable::text(const Screen& screen, Legend legend) const {
    auto widths = natural_widths(legend);
    if (screen.columns)
        make_fit(widths, *screen.columns);
    std::string text;
    if (legend == Legend::shown) {
        std::vector<Cell> headers;
        for (const auto& column : columns_)
            headers.emplace_back(column.header, Style::strong);
        text += line(headers, widths, screen);
    }
    for (const auto& row : rows_)
        text += line(row, widths, screen);
    return text;
}

std::vector<std::size_t> TextTable::natural_widths(Legend legend) const {
    std::vector<std::size_t> widths;
    for (std::size_t at = 0; at < columns_.size(); ++at) {
        auto& width = widths.emplace_back(0);
        if (legend == Legend::shown)
            width = display_width(columns_[at].header);
        for (const auto& row : rows_)
            width = std::max(width, display_width(row[at].text));
    }
    return widths;
}

/// Takes one column of the terminal at a time from the widest column that may give way.
void TextTable::make_fit(std::vector<std::size_t>& widths, std::size_t columns) const {
    auto total = std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
    while (total > columns) {
        std::size_t widest = widths.size();
        for (std::size_t at = 0; at < widths.size(); ++at)
            if (columns_[at].fit == Fit::gives_way && widths[at] > narrowest &&
                (widest == widths.size() || widths[at] > widths[widest]))
                widest = at;
        if (widest == widths.size())
            return;
        --widths[widest];
        --total;
    }
}

std::string TextTable::line(const std::vector<Cell>& cells, const std::vector<std::size_t>& widths,
                            const Screen& screen) const {
    std::string line;
    for (std::size_t at = 0; at < cells.size(); ++at) {
        const auto& cell = cells[at];
        auto text = aligned(cut_in_the_middle(cell.text, widths[at], screen.charset), widths[at],
                            columns_[at].align);
        if (at + 1 == cells.size())
            trim_end(text);
        line += styled(text, cell.style, screen.colour);
        line += at + 1 == cells.size() ? "" : std::string(gap, ' ');
    }
    trim_end(line);
    return line + '\n';
}

} // namespace av1encd
