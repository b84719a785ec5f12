#include "daemon/system/journal_entry.hpp"

#include "common/source_text.hpp"
#include "daemon/system/message_ids.hpp"

#include <fmt/format.h>

// An entry would else name this file and line as the place where every message was written.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>

namespace av1encd {
namespace {

/// "sub/a.mp4 [24] segment 3"; empty where the event is about no source.
std::string subject_of(const Event& event) {
    std::string subject = source_for_display(event.source);
    if (event.crf)
        subject += fmt::format("{}[{}]", subject.empty() ? "" : " ", *event.crf);
    if (event.segment)
        subject += fmt::format(" segment {}", *event.segment);
    return subject;
}

int priority_of(Severity severity) {
    switch (severity) {
    case Severity::debug: return LOG_DEBUG;
    case Severity::info: return LOG_INFO;
    case Severity::notice: return LOG_NOTICE;
    case Severity::warning: return LOG_WARNING;
    case Severity::error: return LOG_ERR;
    }
    return LOG_INFO;
}

/// Empty for kinds without one.
std::string_view message_id_of(EventKind kind) {
    switch (kind) {
    case EventKind::source_done: return message_id::source_done;
    case EventKind::source_failed: return message_id::source_failed;
    case EventKind::paused: return message_id::paused;
    case EventKind::resumed: return message_id::resumed;
    case EventKind::share_lost: return message_id::share_lost;
    case EventKind::share_back: return message_id::share_back;
    case EventKind::claim_lost: return message_id::claim_lost;
    default: return {};
    }
}

} // namespace

std::string log_line(const Event& event) {
    const std::string subject = subject_of(event);
    const std::string message = printable(event.message);
    return subject.empty() ? message : fmt::format("{}: {}", subject, message);
}

std::vector<std::string> journal_fields(const Event& event, std::string_view machine) {
    std::vector<std::string> fields{fmt::format("MESSAGE={}", log_line(event)),
                                    fmt::format("PRIORITY={}", priority_of(event.severity))};
    if (const auto id = message_id_of(event.kind); !id.empty())
        fields.push_back(fmt::format("MESSAGE_ID={}", id));
    if (!event.source.empty())
        fields.push_back(fmt::format("AV1ENCD_SOURCE={}", source_to_text(event.source)));
    if (event.crf)
        fields.push_back(fmt::format("AV1ENCD_CRF={}", *event.crf));
    if (event.segment)
        fields.push_back(fmt::format("AV1ENCD_SEGMENT={}", *event.segment));
    if (event.chunk != 0)
        fields.push_back(fmt::format("AV1ENCD_CHUNK=chunk{:02}", event.chunk));
    fields.push_back(fmt::format("AV1ENCD_MACHINE={}", machine));
    return fields;
}

bool send_to_journal(std::vector<std::string> fields) {
    std::vector<iovec> parts;
    parts.reserve(fields.size());
    for (std::string& field : fields)
        parts.push_back({field.data(), field.size()});
    return ::sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) >= 0;
}

bool is_journal_stream(int fd, const char* journal_stream) {
    struct stat file {};
    if (journal_stream == nullptr || ::fstat(fd, &file) != 0)
        return false;
    return fmt::format("{}:{}", file.st_dev, file.st_ino) == journal_stream;
}

} // namespace av1encd
