#include "daemon/core/tally.hpp"

#include <algorithm>
#include <cmath>

namespace av1encd {

namespace {

constexpr std::size_t finished_chunks_kept = 10;
constexpr double bytes_per_mib = 1024.0 * 1024.0;

double seconds(WorkClock::Span span) {
    return std::chrono::duration<double>(span).count();
}

} // namespace

void WorkClock::stop(Ticks now) {
    if (stopped_)
        return;
    worked_ += now - since_;
    stopped_ = true;
}

void WorkClock::go_on(Ticks now) {
    if (!stopped_)
        return;
    since_ = now;
    stopped_ = false;
}

std::uint64_t Tally::JobTally::total_bytes() const {
    return source_bytes * static_cast<std::uint64_t>(renditions);
}

std::uint64_t Tally::JobTally::done_bytes() const {
    if (ended)
        return total_bytes();
    double done = 0;
    for (const auto& [crf, fraction] : fractions)
        done += fraction * static_cast<double>(source_bytes);
    return std::min(total_bytes(), static_cast<std::uint64_t>(std::llround(done)));
}

void Tally::add_job(int chunk, JobId job, std::uint64_t source_bytes, int renditions, Span now) {
    chunks_.try_emplace(chunk, Chunk{now, std::nullopt, 0}).first->second.ended.reset();
    jobs_[job] = JobTally{chunk, source_bytes, renditions, false, {}, {}};
}

void Tally::set_fraction(JobId job, int crf, double fraction) {
    const auto found = jobs_.find(job);
    if (found == jobs_.end())
        return;
    auto& known = found->second.fractions[crf];
    known = std::max(known, std::clamp(fraction, 0.0, 1.0));
}

void Tally::set_segment(JobId job, int crf, std::int64_t start, double fraction) {
    const auto found = jobs_.find(job);
    if (found == jobs_.end())
        return;
    found->second.segments[crf][start] = fraction;
    set_fraction(job, crf, done_now(job, crf));
}

void Tally::set_renditions(JobId job, int renditions) {
    if (const auto found = jobs_.find(job); found != jobs_.end())
        found->second.renditions = renditions;
}

double Tally::done_now(JobId job, int crf) const {
    const auto found = jobs_.find(job);
    if (found == jobs_.end())
        return 0;
    const auto segments = found->second.segments.find(crf);
    if (segments == found->second.segments.end())
        return 0;
    double sum = 0;
    for (const auto& [start, part] : segments->second)
        sum += part;
    return sum;
}

double Tally::fraction(JobId job, int crf) const {
    const auto found = jobs_.find(job);
    if (found == jobs_.end())
        return 0;
    const auto known = found->second.fractions.find(crf);
    return known == found->second.fractions.end() ? 0 : known->second;
}

void Tally::end_job(JobId job, Span now) {
    const auto found = jobs_.find(job);
    if (found == jobs_.end())
        return;
    found->second.ended = true;
    leave(job, now);
}

void Tally::drop_job(JobId job, Span now) {
    const auto found = jobs_.find(job);
    if (found == jobs_.end())
        return;
    found->second.renditions = 0;
    found->second.ended = true;
    leave(job, now);
}

void Tally::leave(JobId job, Span now) {
    const int number = jobs_.at(job).chunk;
    const bool all_ended = std::all_of(jobs_.begin(), jobs_.end(), [&](const auto& entry) {
        return entry.second.chunk != number || entry.second.ended;
    });
    if (!all_ended)
        return;
    auto& chunk = chunks_.at(number);
    chunk.ended = now;
    for (auto next = jobs_.begin(); next != jobs_.end();) {
        const auto entry = next++;
        if (entry->second.chunk != number)
            continue;
        chunk.ended_bytes += entry->second.total_bytes();
        done_before_ += entry->second.total_bytes();
        jobs_.erase(entry);
    }
    // All that was in it was given back or lost.
    if (chunk.ended_bytes == 0)
        chunks_.erase(number);
    forget_old_chunks();
}

void Tally::forget_old_chunks() {
    const auto is_finished = [](const auto& entry) { return entry.second.ended.has_value(); };
    auto finished =
        static_cast<std::size_t>(std::count_if(chunks_.begin(), chunks_.end(), is_finished));
    for (auto next = chunks_.begin(); next != chunks_.end() && finished > finished_chunks_kept;) {
        const auto entry = next++;
        if (!is_finished(*entry))
            continue;
        chunks_.erase(entry);
        --finished;
    }
}

std::vector<ChunkTally> Tally::chunks(Span now) const {
    std::vector<ChunkTally> result;
    for (const auto& [number, chunk] : chunks_) {
        ChunkTally tally{number, chunk.ended_bytes, chunk.ended_bytes,
                         seconds(chunk.ended.value_or(now) - chunk.begun), chunk.ended.has_value()};
        for (const auto& [id, job] : jobs_) {
            if (job.chunk != number)
                continue;
            tally.done_bytes += job.done_bytes();
            tally.total_bytes += job.total_bytes();
        }
        result.push_back(tally);
    }
    return result;
}

TotalTally Tally::total(Span now) const {
    TotalTally total{done_before_, seconds(now), 0};
    for (const auto& [id, job] : jobs_)
        total.source_bytes += job.done_bytes();
    if (total.elapsed_seconds > 0)
        total.mib_per_minute =
            static_cast<double>(total.source_bytes) / bytes_per_mib / (total.elapsed_seconds / 60);
    return total;
}

} // namespace av1encd
