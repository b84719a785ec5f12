#include "ctl/job_views.hpp"

#include "common/human_format.hpp"
#include "common/source_text.hpp"
#include "ctl/render.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace av1encd {

namespace {

using Seconds = std::chrono::duration<double>;

Style style_of_state(const std::string& state) {
    if (state == "failed")
        return Style::bad;
    return state == "done" ? Style::good : Style::plain;
}

/// "24 done, 60 41%".
std::string renditions_in_short(const std::vector<RenditionStatus>& renditions) {
    std::string text;
    for (const auto& rendition : renditions) {
        const bool running = rendition.state == "encoding";
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", rendition.crf,
                            running ? human_percentage(rendition.fraction)
                                    : printable(rendition.state));
    }
    return text;
}

std::string percentage_of(std::uint64_t part, std::uint64_t whole) {
    if (part == 0 || whole == 0)
        return "";
    return human_percentage(static_cast<double>(part) / static_cast<double>(whole));
}

std::string size_or_none(std::uint64_t bytes) {
    return bytes == 0 ? "" : human_size(bytes);
}

std::string plural(std::uint64_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

/// "3 jobs: 1 encoding, 2 failed".
std::string job_counts(const std::vector<JobStatus>& jobs) {
    constexpr std::array states = {"claimed", "encoding", "publishing",
                                   "done",    "failed",   "skipped"};
    std::string counts;
    for (const auto* state : states) {
        const auto count = std::count_if(jobs.begin(), jobs.end(),
                                         [&](const auto& job) { return job.state == state; });
        if (count > 0)
            counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, state);
    }
    return fmt::format("{}: {}\n", plural(jobs.size(), "job", "jobs"), counts);
}

std::string labelled(std::string_view label, std::string_view text) {
    return fmt::format("{:<9}{}\n", label, text.empty() ? "-" : text);
}

std::string job_head(const JobDetailStatus& detail, const Screen& screen) {
    const auto& job = detail.job;
    std::string text;
    text += labelled("Source", printable(job.source));
    text +=
        labelled("State", styled(printable(job.state), style_of_state(job.state), screen.colour));
    if (!job.error.empty())
        text += labelled("Error", printable(job.error));
    text += labelled("Chunk", printable(job.chunk));
    text += labelled("Size",
                     fmt::format("{} ({} bytes)", human_size(job.source_bytes), job.source_bytes));
    text += labelled("SHA-256", printable(detail.sha256));
    text += labelled("Output", printable(detail.output_name));
    text += labelled("Claimed", shown_time(detail.claimed_at));
    text += labelled("Ended", detail.ended_at ? shown_time(*detail.ended_at) : "");
    for (const auto& note : detail.notes)
        text += labelled("Note", printable(note));
    for (const auto& task : detail.current_tasks)
        text += labelled("Running", printable(task));
    return text;
}

std::string rendition_table(const JobStatus& job, const Screen& screen) {
    TextTable table({{"CRF", Align::right},
                     {"STATE"},
                     {"PROGRESS", Align::right},
                     {"SEGMENTS", Align::right},
                     {"SIZE", Align::right},
                     {"OF SOURCE", Align::right},
                     {"ATTEMPTS", Align::right}});
    for (const auto& rendition : job.renditions)
        table.add_row({std::to_string(rendition.crf),
                       {printable(rendition.state), style_of_state(rendition.state)},
                       human_percentage(rendition.fraction),
                       rendition.segments == 0 ? "" : std::to_string(rendition.segments),
                       size_or_none(rendition.output_bytes),
                       percentage_of(rendition.output_bytes, job.source_bytes),
                       std::to_string(rendition.attempts)});
    return table.text(screen, Legend::shown);
}

std::string attempt_text(const AttemptStatus& attempt) {
    const std::string crf = attempt.crf ? fmt::format(" of CRF {}", *attempt.crf) : "";
    std::string text =
        fmt::format("{} {}{}, attempt {}: {}\n", shown_time(attempt.time), printable(attempt.task),
                    crf, attempt.number, printable(attempt.cause));
    for (const auto& line : attempt.last_lines)
        text += "    " + printable(line) + '\n';
    return text;
}

std::string history_totals(const std::vector<HistoryStatus>& history) {
    std::uint64_t source_bytes = 0;
    std::uint64_t output_bytes = 0;
    double encode_s = 0;
    for (const auto& entry : history) {
        source_bytes += entry.source_bytes;
        output_bytes += entry.output_bytes;
        encode_s += entry.encode_s;
    }
    const auto percentage = percentage_of(output_bytes, source_bytes);
    return fmt::format("{}: {} of {} ({}), encoded in {}\n",
                       plural(history.size(), "rendition", "renditions"), human_size(output_bytes),
                       human_size(source_bytes), percentage.empty() ? "-" : percentage,
                       human_duration(Seconds(encode_s)));
}

/// "sub/a.mp4 [24] segment 2"; not what the message names itself.
std::string subject_of(const EventStatus& event, const std::string& message) {
    std::string subject;
    if (event.source && message.find(printable(*event.source)) == std::string::npos)
        subject = printable(*event.source);
    if (!message.empty())
        return subject;
    if (event.crf)
        subject += fmt::format(" [{}]", *event.crf);
    if (event.segment)
        subject += fmt::format(" segment {}", *event.segment);
    return subject;
}

std::string progress_of(const EventStatus& event) {
    std::string text = event.fraction ? human_percentage(*event.fraction) : printable(event.event);
    if (event.fps && *event.fps > 0)
        text += fmt::format(", {:.1f} fps", *event.fps);
    return text;
}

} // namespace

std::string job_table(const std::vector<JobStatus>& jobs, const Screen& screen, Legend legend) {
    if (jobs.empty())
        return legend == Legend::shown ? "There are no jobs.\n" : "";
    TextTable table({{"SOURCE", Align::left, Fit::gives_way},
                     {"STATE"},
                     {"CHUNK"},
                     {"SIZE", Align::right},
                     {"RENDITIONS"},
                     {"ERROR", Align::left, Fit::gives_way}});
    for (const auto& job : jobs)
        table.add_row({printable(job.source),
                       {printable(job.state), style_of_state(job.state)},
                       printable(job.chunk),
                       human_size(job.source_bytes),
                       renditions_in_short(job.renditions),
                       printable(job.error)});
    const auto rows = table.text(screen, legend);
    return legend == Legend::shown ? rows + '\n' + job_counts(jobs) : rows;
}

std::string job_view(const JobDetailStatus& detail, const Screen& screen) {
    std::string text = job_head(detail, screen);
    if (!detail.job.renditions.empty())
        text += '\n' + rendition_table(detail.job, screen);
    for (const auto& attempt : detail.attempts)
        text += '\n' + attempt_text(attempt);
    return text;
}

std::string history_table(const std::vector<HistoryStatus>& history, const Screen& screen,
                          Legend legend) {
    if (history.empty())
        return legend == Legend::shown ? "There are no finished renditions.\n" : "";
    TextTable table({{"FINISHED"},
                     {"SOURCE", Align::left, Fit::gives_way},
                     {"CRF", Align::right},
                     {"SOURCE SIZE", Align::right},
                     {"SIZE", Align::right},
                     {"OF SOURCE", Align::right},
                     {"TIME", Align::right},
                     {"SPEED", Align::right},
                     {"OUTPUT", Align::left, Fit::gives_way}});
    for (const auto& entry : history)
        table.add_row({shown_time(entry.time), printable(entry.source), std::to_string(entry.crf),
                       human_size(entry.source_bytes), human_size(entry.output_bytes),
                       human_percentage(entry.ratio), human_duration(Seconds(entry.encode_s)),
                       entry.speed > 0 ? fmt::format("{:.2f}x", entry.speed) : "",
                       printable(entry.output)});
    const auto rows = table.text(screen, legend);
    return legend == Legend::shown ? rows + '\n' + history_totals(history) : rows;
}

std::string event_text(const EventStatus& event) {
    const auto message = printable(event.message);
    const auto subject = subject_of(event, message);
    return fmt::format("{}{}{}", subject, subject.empty() ? "" : ": ",
                       message.empty() ? progress_of(event) : message);
}

std::string event_line(const EventStatus& event) {
    return fmt::format("{}  {}\n", shown_time(event.time), event_text(event));
}

} // namespace av1encd
