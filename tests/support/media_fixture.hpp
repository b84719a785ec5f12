#pragma once
// For tests that send clips the whole way with the real ffmpeg: what the clips are made of, and
// what came of one.

#include "daemon/core/output_check.hpp"
#include "tests/support/rendition_chain.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace av1encd {

using Words = std::vector<std::string>;

inline Words operator+(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

inline const Words pictures = {"-f", "lavfi", "-i", "testsrc2=size=96x64:rate=10:duration=1"};
inline const Words tone = {"-f", "lavfi", "-i", "sine=duration=1:sample_rate=48000"};
inline const Words h264 = {"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"};
inline const Words aac = {"-c:a", "aac", "-b:a", "64k"};

/// A clock of 1/90000 whose first time and whose steps are what the expression says.
inline Words timed_by(const std::string& expression) {
    return {"-vf",
            "settb=1/90000,setpts=" + expression,
            "-fps_mode",
            "passthrough",
            "-enc_time_base:v",
            "-1",
            "-video_track_timescale",
            "90000",
            "-movie_timescale",
            "90000"};
}

class Media : public ::testing::Test {
protected:
    /// Encodes it; why the rendition would be rejected, or the plan's notes.
    Words outcome_of(const std::filesystem::path& source) {
        return outcome_of(chain.encode(source));
    }
    static Words outcome_of(const EncodedFile& encoded) {
        const auto reason =
            reason_to_reject(encoded.plan, encoded.source.times, encoded.result.media,
                             encoded.result.times, encoded.result.decode);
        return reason ? Words{"rejected: " + *reason} : encoded.plan.notes;
    }
    std::filesystem::path plain_clip() {
        return chain.make(pictures + tone + h264 + aac + Words{"-bf", "2", "-f", "mp4"},
                          "plain.mp4");
    }
    /// The audio is `audio_delay` later than that of the plain clip, the video `video_delay`.
    std::filesystem::path delayed(const std::string& video_delay, const std::string& audio_delay,
                                  const std::string& output) {
        const auto plain = plain_clip().string();
        return chain.make({"-itsoffset", video_delay, "-i", plain, "-itsoffset", audio_delay, "-i",
                           plain, "-map", "0:v", "-map", "1:a", "-c", "copy"},
                          output);
    }

    RenditionChain chain;
};

/// The rendition is accepted, and its plan has no notes.
inline const Words nothing_to_say;

inline std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace av1encd
