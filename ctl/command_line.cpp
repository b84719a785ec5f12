#include "ctl/command_line.hpp"

#include "common/quantities.hpp"
#include "common/source_text.hpp"
#include "ctl/time_argument.hpp"
#include "ctl/verbs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <getopt.h>

namespace av1encd {

namespace {

struct Setting {
    CommandLine& line;
    std::chrono::sys_seconds now;
};

struct Option {
    const char* name;
    const char* argument; ///< nullptr: it takes none
    const char* help;
    bool global; ///< for every verb; else for those that name it
    void (*set)(const Setting& setting, const std::string& value);
};

void set_state(const Setting& setting, const std::string& value) {
    constexpr std::array states = {"claimed", "encoding", "publishing",
                                   "done",    "failed",   "skipped"};
    if (std::find(states.begin(), states.end(), value) == states.end())
        throw UsageError(fmt::format("'{}' is no state of a job; the states are {}",
                                     printable(value), fmt::join(states, ", ")));
    setting.line.state = value;
}

void set_duration(const Setting& setting, const std::string& value) {
    const auto duration = parse_duration(value);
    if (!duration || duration->count() <= 0)
        throw UsageError(fmt::format("'{}' is no duration; write it like 90s, 30m, 2h or 1h30m",
                                     printable(value)));
    setting.line.duration = std::chrono::ceil<std::chrono::seconds>(*duration);
}

void set_since(const Setting& setting, const std::string& value) {
    setting.line.since = parse_past_time(value, setting.now);
    if (!setting.line.since)
        throw UsageError(fmt::format("'{}' is no time; write it like 2026-01-31, '2026-01-31 "
                                     "18:30', today, yesterday, 2h or 3d",
                                     printable(value)));
}

const std::array options = {
    Option{"socket", "PATH", "the daemon's control socket", true,
           [](const Setting& s, const std::string& value) { s.line.socket = value; }},
    Option{"json", nullptr, "answers as JSON", true,
           [](const Setting& s, const std::string&) { s.line.format = Format::json; }},
    Option{"no-legend", nullptr, "tables without header and footer", true,
           [](const Setting& s, const std::string&) { s.line.legend = Legend::hidden; }},
    Option{"help", nullptr, "prints this", true,
           [](const Setting& s, const std::string&) { s.line.wanted = Wanted::help; }},
    Option{"version", nullptr, "prints av1ctl's version", true,
           [](const Setting& s, const std::string&) { s.line.wanted = Wanted::version; }},
    Option{"state", "STATE", "list: only jobs in this state", false, set_state},
    Option{"reason", "TEXT", "pause: why, for all to see", false,
           [](const Setting& s, const std::string& value) { s.line.reason = value; }},
    Option{"for", "DURATION", "pause: ends by itself after 30m, 2h ...", false, set_duration},
    Option{"drain", nullptr, "pause: running segments finish first", false,
           [](const Setting& s, const std::string&) { s.line.drain = Drain::yes; }},
    Option{"since", "TIME", "history: 2026-01-31, today, yesterday, 2h ...", false, set_since},
};

// Above every character. Each option has its own: options that getopt cannot tell apart it takes
// for one that is abbreviated.
constexpr int first_value = 256;

std::vector<option> getopt_table() {
    std::vector<option> table;
    table.reserve(options.size() + 1);
    int value = first_value;
    for (const auto& each : options)
        table.push_back({each.name, each.argument == nullptr ? no_argument : required_argument,
                         nullptr, value++});
    table.push_back({});
    return table;
}

/// getopt's view of the arguments, which it puts into another order.
class ArgumentVector {
public:
    explicit ArgumentVector(std::vector<std::string> arguments) : texts_(std::move(arguments)) {
        texts_.insert(texts_.begin(), "av1ctl");
        for (auto& text : texts_)
            pointers_.push_back(text.data());
        pointers_.push_back(nullptr);
    }
    int count() const { return static_cast<int>(texts_.size()); }
    char** data() { return pointers_.data(); }
    std::string at(int index) const { return pointers_[static_cast<std::size_t>(index)]; }

private:
    std::vector<std::string> texts_;
    std::vector<char*> pointers_;
};

UsageError wrong_option(int answer, const std::string& word) {
    if (answer == ':')
        return UsageError(fmt::format("option '{}' needs a value", printable(word)));
    if (optopt >= first_value)
        return UsageError(
            fmt::format("option '--{}' takes no value",
                        options.at(static_cast<std::size_t>(optopt - first_value)).name));
    if (optopt != 0)
        return UsageError(fmt::format("unknown option '-{}'",
                                      printable(std::string(1, static_cast<char>(optopt)))));
    const auto could_be = std::count_if(options.begin(), options.end(), [&](const Option& option) {
        return std::string_view(option.name).starts_with(std::string_view(word).substr(2));
    });
    return UsageError(
        fmt::format("{} option '{}'", could_be > 1 ? "ambiguous" : "unknown", printable(word)));
}

/// Takes the options; what is left are verb and arguments, from optind on.
std::vector<const Option*> take_options(ArgumentVector& arguments, const Setting& setting) {
    const auto table = getopt_table();
    std::vector<const Option*> taken;
    optind = 0; // glibc: begin anew
    opterr = 0;
    while (true) {
        const int answer =
            ::getopt_long(arguments.count(), arguments.data(), ":h", table.data(), nullptr);
        if (answer == -1)
            return taken;
        if (answer == 'h') {
            setting.line.wanted = Wanted::help;
            continue;
        }
        if (answer < first_value)
            throw wrong_option(answer, arguments.at(optind - 1));
        const auto& option = options.at(static_cast<std::size_t>(answer - first_value));
        option.set(setting, optarg == nullptr ? "" : optarg);
        taken.push_back(&option);
    }
}

const Verb& verb_named(const std::string& name) {
    for (const auto& verb : verbs())
        if (verb.name == name)
            return verb;
    throw UsageError(fmt::format("unknown verb '{}'", printable(name)));
}

void refuse_foreign_options(const Verb& verb, const std::vector<const Option*>& taken) {
    for (const auto* option : taken)
        if (!option->global && std::find(verb.options.begin(), verb.options.end(),
                                         std::string_view(option->name)) == verb.options.end())
            throw UsageError(
                fmt::format("option '--{}' is not for the verb '{}'", option->name, verb.name));
}

void refuse_wrong_count(const Verb& verb, const std::vector<std::string>& arguments) {
    if (arguments.size() < verb.least_arguments)
        throw UsageError(fmt::format("'{}' needs {}", verb.name, verb.arguments));
    if (arguments.size() > verb.most_arguments)
        throw UsageError(fmt::format("'{}' takes no argument '{}'", verb.name,
                                     printable(arguments.at(verb.most_arguments))));
}

/// "--for DURATION".
std::string written(const Option& option) {
    return fmt::format("--{}{}{}", option.name, option.argument == nullptr ? "" : " ",
                       option.argument == nullptr ? "" : option.argument);
}

std::string help_line(std::string_view what, std::string_view meaning) {
    return fmt::format("  {:<20} {}\n", what, meaning);
}

} // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments,
                               std::filesystem::path default_socket, std::chrono::sys_seconds now) {
    CommandLine line;
    line.socket = std::move(default_socket);
    ArgumentVector vector(arguments);
    const auto taken = take_options(vector, {line, now});
    if (line.wanted != Wanted::verb)
        return line;
    int next = optind;
    line.verb = &verb_named(next < vector.count() ? vector.at(next++) : "status");
    while (next < vector.count())
        line.arguments.push_back(vector.at(next++));
    refuse_foreign_options(*line.verb, taken);
    refuse_wrong_count(*line.verb, line.arguments);
    return line;
}

std::string help_text() {
    std::string text = "Usage: av1ctl [OPTION...] [VERB] [ARGUMENT...]\n\n"
                       "Shows what av1encd does on this machine, and steers it.\n\nVerbs:\n";
    for (const auto& verb : verbs())
        text += help_line(
            fmt::format("{}{}{}", verb.name, verb.arguments.empty() ? "" : " ", verb.arguments),
            verb.help);
    text += "\nOptions:\n";
    for (const auto& option : options)
        text += help_line(written(option), option.help);
    return text + "\nav1ctl(1) tells the whole.\n";
}

} // namespace av1encd
