#pragma once
// What may stand in a D-Bus string. libsystemd, so busctl too, takes no message with a Unicode
// noncharacter in it, although that is UTF-8.

#include <string>
#include <string_view>

namespace av1encd {

/// Text of others: what may not stand there is replaced by U+FFFD.
std::string dbus_text(std::string_view text);

/// A source as text (source_to_text), noncharacters as `\xHH` too; source_from_text() takes it
/// back.
std::string dbus_source(std::string_view text);

} // namespace av1encd
