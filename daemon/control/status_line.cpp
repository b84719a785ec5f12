#include "daemon/control/status_line.hpp"

#include "common/human_format.hpp"

#include <fmt/format.h>

#include <set>

namespace av1encd {

namespace {

/// "19:00", or "2026-01-02 19:00" on another day.
std::string time_of_day(const std::string& iso, std::chrono::sys_seconds now) {
    constexpr std::size_t date = std::string_view("YYYY-MM-DD").size();
    constexpr std::size_t to_minutes = std::string_view("YYYY-MM-DD hh:mm").size();
    const auto time = from_iso_time(iso);
    if (!time)
        return iso;
    const auto text = local_time(*time).substr(0, to_minutes);
    const bool is_today = text.substr(0, date) == local_time(now).substr(0, date);
    return is_today ? text.substr(date + 1) : text;
}

std::string holds_of(const Status& status, std::chrono::sys_seconds now) {
    std::string line;
    for (const auto& hold : status.holds) {
        line += line.empty() ? "" : "; ";
        line += hold.reason;
        if (!hold.text.empty())
            line += ", " + hold.text;
        if (hold.until)
            line += ", until " + time_of_day(*hold.until, now);
    }
    return line;
}

std::size_t sources_in_slots(const Status& status) {
    std::set<std::string> sources;
    for (const auto& slot : status.slots)
        if (slot.source)
            sources.insert(*slot.source);
    return sources.size();
}

std::string share_done(const Status& status) {
    double done = 0, total = 0;
    for (const auto& chunk : status.chunks) {
        if (chunk.finished)
            continue;
        done += static_cast<double>(chunk.done_bytes);
        total += static_cast<double>(chunk.total_bytes);
    }
    return total > 0 ? fmt::format(" ({})", human_percentage(done / total)) : "";
}

std::string sources(std::uint64_t count) {
    return fmt::format("{} source{}", count, count == 1 ? "" : "s");
}

std::string work(const Status& status) {
    const auto encoding = sources_in_slots(status);
    const auto active = status.jobs.active;
    if (encoding == 0)
        return "working on " + sources(active) + share_done(status);
    if (encoding == active)
        return "encoding " + sources(active) + share_done(status);
    return fmt::format("encoding {} of {}{}", encoding, sources(active), share_done(status));
}

std::string activity(const Status& status) {
    return status.state == "running" ? work(status) : status.state;
}

std::string backlog(const JobCountStatus& jobs) {
    std::string line;
    if (jobs.waiting > 0)
        line += fmt::format(", {} waiting", jobs.waiting);
    if (jobs.unreadable > 0)
        line += fmt::format(", {} unreadable", jobs.unreadable);
    return line;
}

} // namespace

std::string status_line(const Status& status, std::chrono::sys_seconds now) {
    const auto holds = holds_of(status, now);
    if (status.state == "paused")
        return "paused: " + holds;
    if (status.state == "stopping")
        return status.state;
    if (holds.empty())
        return activity(status) + backlog(status.jobs);
    const auto begin = status.state == "idle" ? "" : activity(status) + backlog(status.jobs) + "; ";
    return fmt::format("{}held: {}", begin, holds);
}

} // namespace av1encd
