#pragma once
// Rows under headers, as wide as their widest cell and two blanks apart; on a terminal the columns
// that may give way are cut in the middle until a row fits on a line.

#include "ctl/display_width.hpp"
#include "ctl/screen.hpp"

#include <string>
#include <utility>
#include <vector>

namespace av1encd {

enum class Fit { whole, gives_way };

struct Column {
    std::string header;
    Align align = Align::left;
    Fit fit = Fit::whole;
};

struct Cell {
    std::string text; ///< empty: there is none, which a dash says
    Style style = Style::plain;
    Cell(std::string cell_text, Style cell_style = Style::plain)
        : text(std::move(cell_text)),
          style(cell_style) {}
};

enum class Legend { shown, hidden };

class TextTable {
public:
    explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// One cell a column.
    void add_row(std::vector<Cell> cells);
    /// Lines that end with a newline and never with a blank.
    std::string text(const Screen& screen, Legend legend) const;

private:
    std::vector<std::size_t> natural_widths(Legend legend) const;
    void make_fit(std::vector<std::size_t>& widths, std::size_t columns) const;
    std::string line(const std::vector<Cell>& cells, const std::vector<std::size_t>& widths,
                     const Screen& screen) const;

    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

} // namespace av1encd
