#include "daemon/pipeline/job_in_hand.hpp"
#include "daemon/config/source_formats.hpp"

#include <utility>

namespace av1encd {

OutputNameInUse::OutputNameInUse(std::set<std::string>& names, std::string name)
    : names_(names),
      name_(std::move(name)) {
    names_.insert(name_);
}

OutputNameInUse::~OutputNameInUse() {
    names_.erase(name_);
}

JobInHand::JobInHand(Context& all, JobDetails recorded)
    : context(all),
      job(std::move(recorded.job)),
      kept(std::move(recorded.segments)),
      tasks(all, job),
      demuxers(demuxers_for(all.config.share.extensions)),
      changed(all.executor) {
    for (auto& rendition : recorded.renditions)
        renditions.emplace(rendition.crf, std::move(rendition));
}

std::filesystem::path JobInHand::rendition_file(int crf, const std::string& name) const {
    return folder() / std::to_string(crf) / name;
}

MachineSize JobInHand::machine() const {
    return {context.machine.cores(), context.machine.memory_bytes()};
}

SharePath JobInHand::output(int crf, const std::string& name) const {
    return {Place::output, (output_folder(context.config.share, crf) / name).native()};
}

bool JobInHand::cuts_are_studied(const SegmentRange& range) const {
    return !cuts_studied_until || (range.end && *range.end <= *cuts_studied_until);
}

Awaitable<void> JobInHand::until_first_cuts_are_studied() {
    const auto far_enough = plan.cuts.start + 2 * plan.segment_ticks;
    while (cuts_studied_until && *cuts_studied_until < far_enough)
        co_await changed.wait();
}

Awaitable<void> JobInHand::until_source_is_judged() {
    while (!source_times)
        co_await changed.wait();
}

Awaitable<void> JobInHand::until_audio_is_ready() {
    while (!plan.audio.empty() && !audio_ready)
        co_await changed.wait();
}

Awaitable<void> JobInHand::save() {
    co_await context.ledger.save_job(job);
}

Awaitable<void> JobInHand::save(int crf) {
    co_await context.ledger.save_rendition(renditions.at(crf));
}

void JobInHand::say(EventKind kind, Severity severity, std::string message, std::optional<int> crf,
                    std::optional<int> segment) const {
    Event event;
    event.kind = kind;
    event.severity = severity;
    event.message = std::move(message);
    event.source = job.source;
    event.crf = crf;
    event.segment = segment;
    event.chunk = job.chunk;
    context.events.publish(event);
}

} // namespace av1encd
