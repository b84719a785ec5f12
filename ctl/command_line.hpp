#pragma once
// av1ctl's command line as a value. Options may stand before and after the verb.

#include "common/error.hpp"
#include "ctl/text_table.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace av1encd {

struct Verb;

enum class Format { text, json };
enum class Wanted { verb, help, version };
enum class Drain { no, yes };

struct CommandLine {
    Wanted wanted = Wanted::verb;
    const Verb* verb = nullptr;         ///< of verbs(); `status` where none was named
    std::vector<std::string> arguments; ///< as many as the verb takes, as bytes
    std::filesystem::path socket;
    Format format = Format::text;
    Legend legend = Legend::shown;
    std::string state; ///< of list; empty: all
    std::string reason;
    std::optional<std::chrono::seconds> duration;
    Drain drain = Drain::no;
    std::optional<std::chrono::sys_seconds> since;
};

inline constexpr std::string_view usual_socket = "/run/av1encd/control.sock";

/// `arguments` without the program's name; `now` is what '--since 2h' counts from. Throws
/// UsageError.
CommandLine parse_command_line(const std::vector<std::string>& arguments,
                               std::filesystem::path default_socket, std::chrono::sys_seconds now);

/// What --help prints.
std::string help_text();

} // namespace av1encd
