#pragma once
// Which pictures libaom takes for screen content, as it tells itself: keyframes_command() has it
// encode each keyframe of a source by itself, and what it wrote is read here.
//
// It looks at each of its keyframes and takes one for screen content where a tenth of the 16x16
// blocks have but two to four shades: captions and drawings, but also flat walls, night and fog in
// a source that was compressed before. All up to its next keyframe is then searched with palettes,
// block copies and hashes. As part of a longer segment the same pictures follow an ordinary
// keyframe.

#include "daemon/core/rational.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

struct KeyframeContent {
    std::int64_t time = 0;      ///< presentation time, in the source's time base
    std::optional<bool> screen; ///< nullopt: it is written in a way that is not known here
    bool operator==(const KeyframeContent&) const = default;
};

/// Reads IVF as it comes, in any pieces.
class ScreenContentParser {
public:
    explicit ScreenContentParser(Rational time_base) : time_base_(time_base) {}

    /// The keyframes that are whole with these bytes.
    std::vector<KeyframeContent> feed(std::string_view bytes);
    /// It is no IVF, or its times are not in the source's base: nothing will come of it.
    bool gave_up() const { return part_ == Part::none; }

private:
    enum class Part { file_header, frame_header, frame, none };

    void finish_part(std::vector<KeyframeContent>& found);
    void take_file_header();
    void take_frame_header();

    Rational time_base_;
    Part part_ = Part::file_header;
    std::string read_;               ///< of the part
    std::size_t wanted_ = 32;        ///< bytes of the part
    std::uint64_t to_pass_over_ = 0; ///< bytes before the part
    std::uint64_t frame_bytes_ = 0;
    std::int64_t frame_time_ = 0;
};

} // namespace av1encd
