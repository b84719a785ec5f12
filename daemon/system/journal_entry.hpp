#pragma once
// An event as the journal and the log files show it.

#include "daemon/pipeline/ports/events.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

/// One line for a person, safe for a terminal: "sub/a.mp4 [24] segment 3: message".
std::string log_line(const Event& event);

/// FIELD=value, as sd_journal_sendv() takes them: MESSAGE (the same line), PRIORITY, MESSAGE_ID
/// where the event has one, and the AV1ENCD_ fields that apply.
std::vector<std::string> journal_fields(const Event& event, std::string_view machine);

/// Sends them; false where the journal did not take them.
bool send_to_journal(std::vector<std::string> fields);

/// Whether `fd` is the stream to the journal that JOURNAL_STREAM names; null: it is not set.
bool is_journal_stream(int fd, const char* journal_stream);

} // namespace av1encd
