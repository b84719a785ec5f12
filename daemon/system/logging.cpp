#include "daemon/system/logging.hpp"

#include "common/error.hpp"
#include "common/source_text.hpp"
#include "daemon/system/journal_entry.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <algorithm>
#include <cstdlib>
#include <unistd.h>

namespace av1encd {
namespace {

constexpr const char* line_pattern = "%Y-%m-%d %H:%M:%S.%e %^%-7l%$ %v";

Severity threshold_of(LogLevel level) {
    switch (level) {
    case LogLevel::debug: return Severity::debug;
    case LogLevel::info: return Severity::info;
    case LogLevel::warning: return Severity::warning;
    case LogLevel::error: return Severity::error;
    }
    return Severity::info;
}

/// spdlog has no notice.
spdlog::level::level_enum spdlog_level(Severity severity) {
    switch (severity) {
    case Severity::debug: return spdlog::level::debug;
    case Severity::info:
    case Severity::notice: return spdlog::level::info;
    case Severity::warning: return spdlog::level::warn;
    case Severity::error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

class FolderSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    explicit FolderSink(LogFolder& folder) : folder_(folder) {}
    /// Whether this failure is the first since a line was written.
    bool is_first_failure() { return !std::exchange(failing_, true); }

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        const bool bad = message.level >= spdlog::level::warn;
        folder_.write(bad ? Severity::warning : Severity::info, {line.data(), line.size()});
        failing_ = false;
    }
    void flush_() override {}

    LogFolder& folder_;
    bool failing_ = false;
};

std::shared_ptr<spdlog::sinks::sink> stderr_sink() {
    const char* no_color = std::getenv("NO_COLOR");
    const bool plain = no_color != nullptr && *no_color != '\0';
    return std::make_shared<spdlog::sinks::stderr_color_sink_st>(
        plain ? spdlog::color_mode::never : spdlog::color_mode::automatic);
}

std::string detail_line(const std::string& detail) {
    return "  | " + printable(detail);
}

} // namespace

/// The places that lines go to.
class EventLog::Outputs {
public:
    Outputs(LogFolder& folder, std::string machine);

    void to_people(const Event& event);
    void to_files(Severity severity, const std::string& line);

private:
    void complain_of_files(const std::string& reason);

    std::string machine_;
    bool journal_;
    std::shared_ptr<FolderSink> folder_sink_;
    spdlog::logger people_;
    spdlog::logger files_;
};

EventLog::Outputs::Outputs(LogFolder& folder, std::string machine)
    : machine_(std::move(machine)),
      journal_(is_journal_stream(STDERR_FILENO, std::getenv("JOURNAL_STREAM"))),
      folder_sink_(std::make_shared<FolderSink>(folder)),
      people_("av1encd", stderr_sink()),
      files_("av1encd", folder_sink_) {
    for (auto* logger : {&people_, &files_}) {
        logger->set_level(spdlog::level::trace);
        logger->set_pattern(line_pattern);
    }
    // Where stderr itself fails there is nobody left to tell.
    people_.set_error_handler([](const std::string&) {});
    files_.set_error_handler([this](const std::string& reason) { complain_of_files(reason); });
}

void EventLog::Outputs::to_people(const Event& event) {
    if (journal_ && send_to_journal(journal_fields(event, machine_)))
        return;
    people_.log(spdlog_level(event.severity), log_line(event));
}

void EventLog::Outputs::to_files(Severity severity, const std::string& line) {
    files_.log(spdlog_level(severity), line);
}

void EventLog::Outputs::complain_of_files(const std::string& reason) {
    if (!folder_sink_->is_first_failure())
        return;
    Event complaint;
    complaint.severity = Severity::warning;
    complaint.message = reason + "; lines are missing from the log files until that works again";
    to_people(complaint);
}

EventLog::EventLog(std::filesystem::path folder, std::string machine, LogLevel level,
                   LogFolder::Now now)
    : threshold_(threshold_of(level)),
      folder_(std::move(folder), std::move(now)),
      outputs_(std::make_unique<Outputs>(folder_, std::move(machine))) {}

EventLog::~EventLog() = default;

void EventLog::set_level(LogLevel level) {
    threshold_ = threshold_of(level);
}

void EventLog::log(Severity severity, std::string_view message) {
    Event event;
    event.severity = severity;
    event.message = message;
    publish(event);
}

void EventLog::publish(const Event& event) {
    constexpr std::size_t lines_for_people = 10;
    if (event.kind == EventKind::progress || event.severity < threshold_)
        return;
    outputs_->to_people(event);
    outputs_->to_files(event.severity, log_line(event));
    for (const std::string& detail : event.details)
        outputs_->to_files(event.severity, detail_line(detail));

    Event line = event;
    line.kind = EventKind::note; // one MESSAGE_ID, not eleven
    const auto skipped = event.details.size() - std::min(event.details.size(), lines_for_people);
    for (std::size_t i = skipped; i < event.details.size(); ++i) {
        line.message = detail_line(event.details[i]);
        outputs_->to_people(line);
    }
}

std::vector<std::string> EventLog::rotate() {
    try {
        auto names = folder_.rotate();
        rotation_fails_ = false;
        return names;
    } catch (const Error& error) {
        complain_once(rotation_fails_, error.what());
        return {};
    }
}

std::string EventLog::path_of(const std::string& name) const {
    return folder_.path_of(name).native();
}

void EventLog::remove(const std::string& name) {
    try {
        folder_.remove(name);
        removal_fails_ = false;
    } catch (const Error& error) {
        complain_once(removal_fails_, error.what());
    }
}

void EventLog::complain_once(bool& fails, std::string_view reason) {
    if (!std::exchange(fails, true))
        log(Severity::warning, reason);
}

} // namespace av1encd
