#include "daemon/core/job_report.hpp"

#include "common/human_format.hpp"
#include "common/source_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace av1encd {

namespace {

std::string share_of_source(const Job& job, const Rendition& rendition) {
    if (job.file.bytes == 0)
        return "-";
    return human_percentage(static_cast<double>(rendition.output_bytes) /
                            static_cast<double>(job.file.bytes));
}

std::string size_of(const Rendition& rendition) {
    return fmt::format("CRF {} {}", rendition.crf, human_size(rendition.output_bytes));
}

bool was_there(const Rendition& rendition) {
    return rendition.encode_seconds <= 0;
}

std::string rendition_line(const Job& job, const Rendition& rendition) {
    if (rendition.state == RenditionState::done)
        return fmt::format("  {} ({}): published\n", size_of(rendition),
                           share_of_source(job, rendition));
    if (!rendition.error.empty())
        return fmt::format("  CRF {}: {}\n", rendition.crf, rendition.error);
    return fmt::format("  CRF {}: not made\n", rendition.crf);
}

std::string attempt_lines(const Attempt& attempt) {
    auto text = fmt::format("\n{} {}, attempt {}{}: {}\n", iso_time(attempt.ended_at),
                            to_string(attempt.task), attempt.number,
                            attempt.crf ? fmt::format(" of CRF {}", *attempt.crf) : "",
                            printable(attempt.cause));
    for (const auto& line : attempt.last_lines)
        text += fmt::format("    {}\n", printable(line));
    return text;
}

} // namespace

std::string done_line(const Job& job, const std::vector<Rendition>& renditions,
                      std::chrono::milliseconds took) {
    std::vector<std::string> parts;
    parts.reserve(renditions.size());
    for (const auto& rendition : renditions)
        parts.push_back(
            fmt::format("{} ({}{}{})", size_of(rendition), share_of_source(job, rendition),
                        parts.empty() ? fmt::format(" of {}", human_size(job.file.bytes)) : "",
                        was_there(rendition) ? ", already there" : ""));
    return fmt::format("done: {}, in {}", fmt::join(parts, ", "), human_duration(took));
}

std::string error_text(const Job& job, const std::string& machine,
                       const std::vector<Rendition>& renditions,
                       const std::vector<Attempt>& attempts) {
    auto text = fmt::format("{}\n\nsource:  {}\nmachine: {}\nsize:    {} bytes\nsha256:  {}\n",
                            printable(job.error), source_for_display(job.source), machine,
                            job.file.bytes, job.sha256.empty() ? "-" : job.sha256);
    if (!renditions.empty())
        text += "\nrenditions:\n";
    for (const auto& rendition : renditions)
        text += rendition_line(job, rendition);
    for (const auto& attempt : attempts)
        text += attempt_lines(attempt);
    text += "\nOnce the cause is mended, `av1ctl retry SOURCE` sends it through again.\n";
    return text;
}

JobState end_state(const Job& job, const std::vector<Rendition>& renditions) {
    if (!job.error.empty())
        return JobState::failed;
    const bool all_were_there = std::all_of(renditions.begin(), renditions.end(), was_there);
    return all_were_there ? JobState::skipped : JobState::done;
}

} // namespace av1encd
