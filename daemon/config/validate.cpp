#include "common/quantities.hpp"
#include "daemon/config/config.hpp"
#include "daemon/config/schedule.hpp"
#include "daemon/config/source_formats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace av1encd {
namespace {

namespace fs = std::filesystem;

/// Gathers what does not hold.
class Rules {
public:
    void complain(const char* key, std::string reason, const char* other_key = "") {
        complaints_.push_back({key, std::move(reason), other_key});
    }
    void require(bool holds, const char* key, std::string reason, const char* other_key = "") {
        if (!holds)
            complain(key, std::move(reason), other_key);
    }
    template <typename Number>
    void require_range(const char* key, Number value, Number least, Number most) {
        require(value >= least && value <= most, key,
                fmt::format("must be from {} to {}, not {}", least, most, value));
    }
    std::vector<Complaint> take() { return std::move(complaints_); }

private:
    std::vector<Complaint> complaints_;
};

/// Component by component, of normal paths; a folder lies within itself. What is not absolute lies
/// nowhere: that is complained of elsewhere.
bool lies_within(const fs::path& path, const fs::path& folder) {
    if (path.is_relative() || folder.is_relative())
        return false;
    const auto mismatch = std::ranges::mismatch(folder, path);
    const bool trailing_slash = mismatch.in1 != folder.end() && mismatch.in1->empty();
    return mismatch.in1 == folder.end() || trailing_slash;
}

std::optional<std::string> first_double(std::vector<std::string> values) {
    std::ranges::sort(values);
    const auto twin = std::ranges::adjacent_find(values);
    return twin == values.end() ? std::nullopt : std::optional(*twin);
}

bool is_lower_case_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    });
}

void check_machine(const Config& config, Rules& rules) {
    constexpr int most_processes = 1024;
    const auto bad_name = reason_against_machine_id(config.machine_id);
    rules.require(!bad_name, "machine_id", bad_name.value_or(""));
    rules.require_range("workers", config.workers.value_or(1), 1, most_processes);
    rules.require(config.chunk_size >= 1, "chunk_size", "must be at least one byte");
}

void check_work_dir(const Config& config, Rules& rules) {
    rules.require(config.work_dir.is_absolute(), "work_dir", "must be an absolute path");
    const auto work_dir = config.work_dir.lexically_normal();
    const auto root = config.share.root.lexically_normal();
    rules.require(!lies_within(work_dir, root), "work_dir",
                  "must not lie inside share.root: it belongs on a local disk", "share.root");
}

void check_control_socket(const Config& config, Rules& rules) {
    // sockaddr_un has room for 108 bytes, the final NUL included.
    constexpr std::size_t most_bytes = 107;
    const auto& socket = config.control_socket;
    rules.require(socket.is_absolute(), "control_socket", "must be an absolute path");
    rules.require(
        socket.native().size() <= most_bytes, "control_socket",
        fmt::format("must be at most {} bytes long, not {}", most_bytes, socket.native().size()));
}

void check_share_root(const Config& config, Rules& rules) {
    const auto& root = config.share.root;
    rules.require(root.is_absolute(), "share.root", "must be an absolute path");
    rules.require(
        !lies_within(root.lexically_normal(), config.work_dir.lexically_normal() / "jobs"),
        "share.root", "must not lie inside work_dir's jobs: they are cleaned", "work_dir");
}

std::size_t count_of(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

bool climbs(const fs::path& path) {
    return std::ranges::find(path, fs::path("..")) != path.end();
}

void check_output_pattern(const Config& config, Rules& rules) {
    const auto& output = config.share.output;
    const auto placeholders = count_of(output, "{crf}");
    rules.require(fs::path(output).is_absolute(), "share.output", "must be an absolute path");
    rules.require(!climbs(output), "share.output", "must not hold '..'");
    rules.require(placeholders <= 1, "share.output", "must hold {crf} only once");
    rules.require(placeholders > 0 || config.encode.crf.size() <= 1, "share.output",
                  "must hold {crf}: encode.crf has more than one value", "encode.crf");
}

/// Renditions among the sources would be taken for sources themselves.
void check_output_place(const Config& config, Rules& rules) {
    const auto root = config.share.root.lexically_normal();
    const auto output = fs::path(config.share.output).lexically_normal();
    for (const char* folder : {"jobs", "locks"})
        rules.require(!lies_within(output, root / folder), "share.output",
                      fmt::format("must not lie inside {}/ of share.root", folder), "share.root");
    rules.require(!lies_within(root, output), "share.output",
                  "must not be share.root or a folder above it", "share.root");
    const auto jobs = config.work_dir.lexically_normal() / "jobs";
    rules.require(!lies_within(output, jobs), "share.output",
                  "must not lie inside work_dir's jobs: they are cleaned", "work_dir");
}

void check_extensions(const Config& config, Rules& rules) {
    const auto& extensions = config.share.extensions;
    rules.require(!extensions.empty(), "share.extensions", "must name at least one extension");
    for (const auto& extension : extensions)
        if (!is_lower_case_word(extension))
            rules.complain("share.extensions",
                           fmt::format("must be lower-case letters and digits without a dot, "
                                       "not '{}'",
                                       extension));
        else if (extension == "part")
            rules.complain("share.extensions",
                           "must not be 'part': such a file is still being written");
        else if (!is_readable_extension(extension))
            rules.complain("share.extensions",
                           fmt::format("'{}' is no kind of video that av1encd reads", extension));
    const auto twin = first_double(extensions);
    rules.require(!twin, "share.extensions", fmt::format("names '{}' twice", twin.value_or("")));
}

void check_share(const Config& config, Rules& rules) {
    check_share_root(config, rules);
    check_output_pattern(config, rules);
    check_output_place(config, rules);
    check_extensions(config, rules);
    rules.require(config.share.reclaim_after >= 1s, "share.reclaim_after", "must be at least 1s");
}

void check_ladder(const EncodeConfig& encode, Rules& rules) {
    rules.require(!encode.crf.empty(), "encode.crf", "must name at least one CRF");
    for (const int crf : encode.crf)
        rules.require_range("encode.crf", crf, 0, 63);
    const bool different =
        std::set(encode.crf.begin(), encode.crf.end()).size() == encode.crf.size();
    rules.require(different, "encode.crf", "must not name a CRF twice");
}

int fastest_preset(Encoder encoder) {
    switch (encoder) {
    case Encoder::libsvtav1: return 13;
    case Encoder::libaom_av1: return 8;
    case Encoder::librav1e: return 10;
    }
    return 0;
}

void check_preset(const EncodeConfig& encode, Rules& rules) {
    const int most = fastest_preset(encode.encoder);
    rules.require(encode.preset >= 0 && encode.preset <= most, "encode.preset",
                  fmt::format("must be from 0 to {} for {}, not {}", most,
                              to_string(encode.encoder), encode.preset),
                  "encode.encoder");
}

void check_audio(const AudioConfig& audio, Rules& rules) {
    constexpr std::uint64_t least = 6'000;  // what libopus takes for one channel …
    constexpr std::uint64_t most = 510'000; // … and for two
    rules.require(audio.codec == "libopus", "encode.audio.codec",
                  fmt::format("must be libopus, the one that is supported, not '{}'", audio.codec));
    rules.require(audio.bitrate >= least && audio.bitrate <= most, "encode.audio.bitrate",
                  fmt::format("must be from {} to {}, not {}", print_bit_rate(least),
                              print_bit_rate(most), print_bit_rate(audio.bitrate)));
}

void check_encode(const EncodeConfig& encode, Rules& rules) {
    constexpr int most_threads = 1024;
    check_ladder(encode, rules);
    check_preset(encode, rules);
    rules.require_range("encode.threads", encode.threads.value_or(1), 1, most_threads);
    rules.require(encode.segment.value_or(1s) >= 1s, "encode.segment", "must be at least 1s");
    check_audio(encode.audio, rules);
}

void check_cpu_watchdog(const CpuWatchdogConfig& watchdog, Rules& rules) {
    const auto [least, most] = watchdog.nice_range;
    rules.require_range("cpu_watchdog.threshold", watchdog.threshold_percent, 0.0, 100.0);
    rules.require(least >= -20 && most <= 19 && least <= most, "cpu_watchdog.nice_range",
                  fmt::format("must be two numbers from -20 to 19, the lower first, not [{}, {}]",
                              least, most));
    rules.require(watchdog.sample_interval >= 100ms, "cpu_watchdog.sample_interval",
                  "must be at least 100ms");
    rules.require(watchdog.window >= watchdog.sample_interval, "cpu_watchdog.window",
                  "must not be shorter than cpu_watchdog.sample_interval",
                  "cpu_watchdog.sample_interval");
}

void check_schedule(const std::vector<std::string>& schedule, Rules& rules) {
    for (const auto& entry : schedule)
        rules.require(parse_schedule_entry(entry).has_value(), "schedule",
                      fmt::format("must be like 'Mon..Fri 19:00..07:00', 'Sat,Sun' or "
                                  "'22:00..06:00', not '{}'",
                                  entry));
}

void check_pause(const PauseConfig& pause, Rules& rules) {
    rules.require(pause.cleanup_after.value_or(1s) >= 1s, "pause.cleanup_after",
                  "must be at least 1s");
}

void check_numbers(const Config& config, Rules& rules) {
    rules.require(config.limits.pixels >= 1, "limits.pixels", "must be at least 1");
    rules.require(config.limits.frames >= 1, "limits.frames", "must be at least 1");
    rules.require_range("priority.nice", config.priority.nice, -20, 19);
    rules.require_range("finish_boost.at", config.finish_boost.at_percent.value_or(0), 0.0, 100.0);
    rules.require_range("finish_boost.nice", config.finish_boost.nice, -20, 19);
    rules.require_range("retries", config.retries, 0, 100);
}

} // namespace

std::optional<std::string> reason_against_machine_id(std::string_view id) {
    constexpr std::size_t most_bytes = 64;
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                         "0123456789._-";
    if (id.empty())
        return "must not be empty";
    if (id.size() > most_bytes)
        return fmt::format("must be at most {} bytes long, not {}", most_bytes, id.size());
    if (id.find_first_not_of(allowed) != std::string_view::npos)
        return "must be letters, digits, '.', '_' and '-'";
    if (id.front() == '.' || id.front() == '-')
        return "must begin with a letter, a digit or '_'";
    return std::nullopt;
}

std::vector<Complaint> validate(const Config& config) {
    Rules rules;
    check_machine(config, rules);
    check_work_dir(config, rules);
    check_control_socket(config, rules);
    check_share(config, rules);
    check_encode(config.encode, rules);
    check_pause(config.pause, rules);
    check_cpu_watchdog(config.cpu_watchdog, rules);
    check_schedule(config.schedule, rules);
    check_numbers(config, rules);
    return rules.take();
}

} // namespace av1encd
