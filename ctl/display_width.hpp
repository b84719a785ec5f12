#pragma once
// How many columns of a terminal a text takes, and how to make it take as many as there are. Texts
// are UTF-8 without control characters (printable()) but those of styled(), which take no room.

#include "ctl/screen.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace av1encd {

/// Two for wide characters, none for combining ones.
std::size_t display_width(std::string_view text);

/// At most `columns` wide: what is longer loses its middle to an ellipsis, since names differ at
/// their ends.
std::string cut_in_the_middle(std::string_view text, std::size_t columns, Charset charset);

/// At most `columns` wide: what is longer loses its end to an ellipsis; styles end where they did.
std::string cut_at_end(std::string_view text, std::size_t columns, Charset charset);

enum class Align { left, right };

/// Filled up with blanks to `columns`; longer text stays as it is.
std::string aligned(std::string_view text, std::size_t columns, Align align);

} // namespace av1encd
