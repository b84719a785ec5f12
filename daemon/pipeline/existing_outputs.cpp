#include "daemon/pipeline/existing_outputs.hpp"

#include "daemon/core/output_name.hpp"
#include "daemon/pipeline/source_study.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace av1encd {

namespace {

using Found = std::variant<std::monostate, ExistingOutput, OthersOutput>;

/// Every CRF's output under that name, as long as none is another source's.
Awaitable<std::optional<std::map<int, ExistingOutput>>> find_outputs(JobInHand& hand,
                                                                     std::string name) {
    std::map<int, ExistingOutput> existing;
    for (const int crf : hand.plan.ladder) {
        auto found = co_await find_output(hand, crf, name);
        if (std::holds_alternative<OthersOutput>(found))
            co_return std::nullopt;
        if (auto* output = std::get_if<ExistingOutput>(&found))
            existing.emplace(crf, std::move(*output));
    }
    co_return existing;
}

/// The tag of the rendition; an answer that cannot be read has none.
Awaitable<std::optional<std::string>> hash_in(JobInHand& hand, std::filesystem::path file) {
    const auto demuxers = rendition_demuxers(hand.plan.container);
    const auto media = co_await probe(hand, std::move(file), demuxers, TaskKind::check,
                                      "look at an existing rendition");
    if (const auto* info = std::get_if<MediaInfo>(&media))
        co_return source_hash_of(*info);
    co_return std::nullopt;
}

} // namespace

Awaitable<std::variant<std::monostate, ExistingOutput, OthersOutput>>
find_output(JobInHand& hand, int crf, std::string name) {
    auto& context = hand.context;
    const auto path = hand.output(crf, name);
    const auto look = co_await context.share.look(path);
    if (look.outcome == LookOutcome::gone)
        co_return Found{};
    if (look.outcome == LookOutcome::unreadable)
        co_return OthersOutput{look.reason};
    co_await context.disk.room_in_work_dir(look.file.bytes);
    ExistingOutput output;
    output.copy = context.work_dir.new_part(hand.rendition_file(crf, "existing"));
    output.bytes = look.file.bytes;
    const auto fetched = co_await context.share.fetch(path, output.copy, {});
    if (fetched.outcome == StageOutcome::gone)
        co_return Found{};
    if (fetched.outcome != StageOutcome::staged)
        co_return OthersOutput{fetched.reason};
    output.sha256 = fetched.sha256;
    const auto hash = co_await hash_in(hand, output.copy);
    if (!hash || *hash == hand.job.sha256)
        co_return output;
    context.work_dir.remove(output.copy);
    co_return OthersOutput{fmt::format("it is a rendition of another source ({:.12}…)", *hash)};
}

Awaitable<std::map<int, ExistingOutput>> choose_output_name(JobInHand& hand) {
    auto& context = hand.context;
    for (int choice = hand.job.output_name.empty() ? 0 : -1;; ++choice) {
        auto name = choice < 0 ? hand.job.output_name
                               : output_name(hand.job.source, hand.plan.container, choice);
        if (context.output_names.contains(name))
            continue;
        hand.output_name_in_use.emplace(context.output_names, name);
        auto existing = co_await find_outputs(hand, name);
        if (!existing)
            continue;
        hand.job.output_name = std::move(name);
        co_await hand.save();
        co_return std::move(*existing);
    }
}

} // namespace av1encd
