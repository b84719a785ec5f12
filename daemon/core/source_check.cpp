#include "daemon/core/source_check.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <span>
#include <string_view>

namespace av1encd {

namespace {

// Printed as errors for sources in which every picture is right: references of an open GOP that a
// lossless cut left outside, and a chapter track that is named but not there.
constexpr std::array<std::string_view, 4> harmless = {
    "mmco: unref short failure",
    "co located POCs unavailable",
    "Referenced QT chapter track not found",
    "Last message repeated",
};

// A recording that was switched on in the middle of a GOP: packets before the first keyframe, in
// which the decoder has neither headers nor references. Pictures lost that way are leading ones.
constexpr std::array<std::string_view, 5> harmless_before_first_keyframe = {
    "non-existing PPS",    "decode_slice_header error", "no frame!", "Invalid frame dimensions 0x0",
    "PPS id out of range",
};

// ffmpeg's exit status when more than two thirds of what it decoded were errors.
constexpr int too_many_errors = 69;

bool holds_any(std::string_view line, std::span<const std::string_view> phrases) {
    return std::ranges::any_of(
        phrases, [line](std::string_view phrase) { return line.find(phrase) != line.npos; });
}

/// Complaints that mean damage; the others are left out.
ProcessOutcome with_damage_only(const PacketTimes& promised, const ProcessOutcome& outcome) {
    ProcessOutcome left = outcome;
    std::erase_if(left.stderr_lines, [&](const std::string& line) {
        return is_about_machine(line) || holds_any(line, harmless) ||
               (promised.leading_pictures > 0 && holds_any(line, harmless_before_first_keyframe));
    });
    return left;
}

/// Pictures that an undamaged source of such packets gives at least.
std::uint64_t fewest_pictures(const PacketTimes& promised, const FrameTimes& decoded) {
    const auto distinct = std::min(promised.promised_pictures, promised.distinct_times);
    const bool lead_left_out = !promised.keyframes.empty() && !decoded.pictures.empty() &&
                               decoded.pictures.front() >= promised.keyframes.front().time;
    return lead_left_out ? distinct - std::min(distinct, promised.leading_pictures) : distinct;
}

bool nothing_decodes(const FrameTimes& decoded, const ProcessOutcome& outcome) {
    return decoded.pictures.empty() &&
           (outcome.exit_status == 0 || outcome.exit_status == too_many_errors);
}

} // namespace

SourceVerdict judge_source(const PacketTimes& promised, const FrameTimes& decoded,
                           const ProcessOutcome& outcome) {
    const auto damage = with_damage_only(promised, outcome);
    const auto complaint = telling_line(damage);
    if (nothing_decodes(decoded, outcome)) {
        return SourceUnusable{complaint.empty() ? "no picture of it can be decoded"
                                                : "no picture of it can be decoded: " + complaint};
    }
    if (!outcome.ended_well() && promised.jumps_back) {
        return SourceDamaged{"damaged: its timestamps jump back: " + describe_with_reason(damage)};
    }
    if (!outcome.ended_well()) {
        return SourceDamaged{fmt::format("damaged: decoding ends at picture {}: {}",
                                         decoded.pictures.size() + 1,
                                         describe_with_reason(damage))};
    }
    if (!damage.stderr_lines.empty())
        return SourceDamaged{"damaged: " + complaint};
    if (decoded.pictures.size() < fewest_pictures(promised, decoded)) {
        return SourceDamaged{fmt::format("damaged: {} pictures decode of {} in the file",
                                         decoded.pictures.size(), promised.promised_pictures)};
    }
    if (promised.corrupt)
        return SourceDamaged{"damaged: the container marks packets as corrupt"};
    return SourceSound{};
}

} // namespace av1encd
