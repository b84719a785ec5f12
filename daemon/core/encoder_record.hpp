#pragma once
// What encoder processes were seen to take, in time and memory: from it follow how long the work
// that is left will take, and how many processes a machine carries.

#include "daemon/config/config.hpp"

#include <cstdint>
#include <map>
#include <optional>

namespace av1encd {

class EncoderRecord {
public:
    /// What decides how fast and how large it is.
    struct Kind {
        Encoder encoder = Encoder::libsvtav1;
        int preset = 0;
        int crf = 0;
        auto operator<=>(const Kind&) const = default;
    };
    struct Run {
        double pixels = 0; ///< of all its pictures
        double pixels_a_picture = 0;
        double seconds = 0; ///< of work
        std::uint64_t peak_memory_bytes = 0;
    };

    void add(const Kind& kind, const Run& run);

    /// Of one process for so many pixels. Where nothing like it was seen, a guess by which CRFs
    /// compare with each other.
    double seconds_for(const Kind& kind, double pixels) const;

    /// The most that one process of such pictures took; nullopt: none was seen yet.
    std::optional<std::uint64_t> memory_for(Encoder encoder, double pixels_a_picture) const;

private:
    struct Speed {
        double pixels = 0;
        double seconds = 0;
    };
    std::map<Kind, Speed> speeds_;
    std::map<Encoder, std::map<double, std::uint64_t>> memory_; ///< by pixels a picture
};

} // namespace av1encd
