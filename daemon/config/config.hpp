#pragma once
// The configuration as plain structs; the defaults stand here and nowhere else. Where a value may
// be `auto` or `off`, it is an optional: nullopt is that word.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace av1encd {

using namespace std::chrono_literals;
using Duration = std::chrono::milliseconds;

enum class Encoder { libsvtav1, libaom_av1, librav1e };
enum class Container { mp4, mkv };
enum class OnDamaged { fail, keep };
enum class OnHold { suspend, cleanup };
enum class IoClass { none, idle, best_effort };
enum class CpuPolicy { other, batch, idle };
enum class LogLevel { debug, info, warning, error };

struct ShareConfig {
    std::filesystem::path root = "/srv/av1encd";
    std::string output = "/srv/av1encd/output/av1_crf{crf}";
    std::vector<std::string> extensions = {"mp4"}; ///< lower case, without the dot
    bool require_mount = false;
    Duration settle = 1s;
    Duration reclaim_after = 15min;
    bool operator==(const ShareConfig&) const = default;
};

struct AudioConfig {
    std::string codec = "libopus";
    std::uint64_t bitrate = 96'000; ///< bits per second; written `96k`
    bool operator==(const AudioConfig&) const = default;
};

struct EncodeConfig {
    std::vector<int> crf = {24, 60};
    Encoder encoder = Encoder::libsvtav1;
    int preset = 6;
    std::optional<int> threads;            ///< nullopt: auto
    std::optional<Duration> segment = 30s; ///< nullopt: off, whole files
    OnDamaged damaged = OnDamaged::fail;
    Container container = Container::mp4;
    AudioConfig audio;
    std::vector<std::string> extra_args;
    bool operator==(const EncodeConfig&) const = default;
};

struct PauseConfig {
    OnHold on_hold = OnHold::suspend;
    std::optional<Duration> cleanup_after = 10min; ///< nullopt: never
    bool operator==(const PauseConfig&) const = default;
};

struct CpuWatchdogConfig {
    bool enabled = false;
    double threshold_percent = 10; ///< of all cores
    std::pair<int, int> nice_range = {-20, 10};
    Duration sample_interval = 1s;
    Duration window = 10s;
    Duration resume_after = 30s;
    bool operator==(const CpuWatchdogConfig&) const = default;
};

struct LimitsConfig {
    std::uint64_t pixels = 128ULL << 20; ///< width times height of a source's picture
    std::uint64_t frames = 10ULL << 20;  ///< of a source's video stream
    bool operator==(const LimitsConfig&) const = default;
};

struct PriorityConfig {
    int nice = 19;
    IoClass io = IoClass::idle;
    CpuPolicy cpu = CpuPolicy::batch;
    bool operator==(const PriorityConfig&) const = default;
};

struct FinishBoostConfig {
    std::optional<double> at_percent = 85; ///< nullopt: never
    int nice = 0;
    bool operator==(const FinishBoostConfig&) const = default;
};

struct LogConfig {
    LogLevel level = LogLevel::info;
    bool operator==(const LogConfig&) const = default;
};

struct Config {
    std::string machine_id = "auto";         ///< `auto`: from /etc/machine-id
    std::optional<int> workers;              ///< nullopt: auto
    std::uint64_t chunk_size = 100ULL << 20; ///< bytes
    std::filesystem::path work_dir = "/var/lib/av1encd";
    std::filesystem::path control_socket = "/run/av1encd/control.sock";
    ShareConfig share;
    EncodeConfig encode;
    PauseConfig pause;
    CpuWatchdogConfig cpu_watchdog;
    std::vector<std::string> schedule;
    LimitsConfig limits;
    PriorityConfig priority;
    FinishBoostConfig finish_boost;
    int retries = 2;
    LogConfig log;
    bool operator==(const Config&) const = default;
};

/// The output pattern's path before the component that holds `{crf}`: the output's root.
std::filesystem::path output_root(const ShareConfig& share);

/// The part of the pattern below the output's root, `{crf}` replaced: the folder of one CRF's
/// renditions. Empty where the pattern has no `{crf}`.
std::filesystem::path output_folder(const ShareConfig& share, int crf);

/// A rule that a configuration as a whole breaks. `key` is the dotted path of the key to blame;
/// `other_key` the one it disagrees with, empty where the value alone is at fault.
struct Complaint {
    std::string key;
    std::string reason;
    std::string other_key = {};
    bool operator==(const Complaint&) const = default;
};

/// Why no machine can have this name; nullopt: it can. `auto` is a name like any other here.
std::optional<std::string> reason_against_machine_id(std::string_view id);

/// The encoder's word: `libaom-av1`.
std::string to_string(Encoder encoder);

/// Every rule that the values break, in the order of the keys. Empty: it can be used.
std::vector<Complaint> validate(const Config& config);

/// The dotted keys that cannot change by a reload and differ between the two.
std::vector<std::string> keys_that_need_restart(const Config& running, const Config& wanted);

} // namespace av1encd
