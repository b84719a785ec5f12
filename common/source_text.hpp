#pragma once
// File names are bytes; JSON, D-Bus and terminals want text. These are the two ways there and the
// one way back.

#include <optional>
#include <string>
#include <string_view>

namespace av1encd {

/// Valid UTF-8 that stands for the bytes: `\` becomes `\\`, a byte that is not part of valid UTF-8
/// becomes `\xHH`. Reversible by source_from_text().
std::string source_to_text(std::string_view bytes);

/// The bytes that source_to_text() was given; nullopt where the text holds another escape, or a
/// NUL, which no file name has.
std::optional<std::string> source_from_text(std::string_view text);

/// As source_to_text(), with control and bidirectional formatting characters as `\xHH` too: what
/// may stand in a table, a log line or an error text.
std::string source_for_display(std::string_view bytes);

/// Text of others (ffmpeg's stderr, a reason given by hand) made safe for one line of a terminal:
/// invalid UTF-8 replaced by U+FFFD, control and bidirectional characters as `\xHH`.
std::string printable(std::string_view text);

} // namespace av1encd
