#pragma once
// How each stream of a source is carried into a rendition. What is changed or left out is added to
// `notes`, one sentence each. For encode_plan.cpp.

#include "daemon/core/encode_plan.hpp"

#include <string>
#include <vector>

namespace av1encd {

using Notes = std::vector<std::string>;

/// nullptr: there is none but cover pictures, if any.
const StreamInfo* first_video(const MediaInfo& source);

/// `video.pixel_format` must be one that parse_pixel_format() knows.
VideoPlan plan_video(const StreamInfo& video, const EncodeConfig& encode, Notes& notes);

std::vector<AudioPlan> plan_audio(const MediaInfo& source, const AudioConfig& audio, Notes& notes);

std::vector<SubtitlePlan> plan_subtitles(const MediaInfo& source, Container container,
                                         Notes& notes);

/// Streams that no plan takes up: cover pictures, further video, data, attachments.
void note_what_is_left(const MediaInfo& source, const StreamInfo& video, Notes& notes);

} // namespace av1encd
