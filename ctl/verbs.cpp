#include "ctl/verbs.hpp"

#include "common/human_format.hpp"
#include "common/source_text.hpp"
#include "common/status.hpp"
#include "ctl/add_file.hpp"
#include "ctl/job_views.hpp"
#include "ctl/render.hpp"
#include "ctl/top.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <limits>

namespace av1encd {

namespace {

constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();
constexpr std::string_view own_version = AV1ENCD_VERSION;

int print_status(Session& session) {
    const auto status = status_from_json(session.daemon().call("Status"));
    session.print(session.wants_json() ? to_json(status) + '\n' : render(status, session.screen()));
    return EXIT_SUCCESS;
}

int print_list(Session& session) {
    Arguments arguments;
    if (const auto& state = session.line().state; !state.empty())
        arguments["state"] = state;
    const auto reply = session.daemon().call("List", arguments);
    const auto jobs = jobs_from_json(json_member(reply, "jobs"));
    session.print(session.wants_json() ? to_json(jobs) + '\n'
                                       : job_table(jobs, session.screen(), session.line().legend));
    return EXIT_SUCCESS;
}

/// The daemon speaks of sources as text; people give the bytes that their shell has.
Arguments source_argument(const Session& session) {
    return {{"source", source_to_text(session.line().arguments.front())}};
}

int print_job(Session& session) {
    const auto job = job_detail_from_json(session.daemon().call("Show", source_argument(session)));
    session.print(session.wants_json() ? to_json(job) + '\n' : job_view(job, session.screen()));
    return EXIT_SUCCESS;
}

int print_events(Session& session) {
    Interruption interruption;
    const auto arguments =
        session.line().arguments.empty() ? Arguments() : source_argument(session);
    const auto hear = [&session](const std::string& parameters) {
        const auto event = event_from_json(parameters);
        session.print(session.wants_json() ? to_json(event) + '\n' : event_line(event));
    };
    try {
        session.daemon().follow("Tail", arguments, interruption, session.answers().descriptor(),
                                hear);
    } catch (const OutputClosed&) { // `av1ctl tail | head` has seen enough
    }
    return EXIT_SUCCESS;
}

int pause_work(Session& session) {
    const auto& line = session.line();
    Arguments arguments;
    if (!line.reason.empty())
        arguments["reason"] = printable(line.reason);
    if (line.duration)
        arguments["seconds"] = std::int64_t{line.duration->count()};
    if (line.drain == Drain::yes)
        arguments["drain"] = true;
    const auto reply = session.daemon().call("Pause", arguments);
    const std::string until = line.duration ? fmt::format("for {}", human_duration(*line.duration))
                                            : std::string("until 'av1ctl resume'");
    const std::string_view what =
        line.drain == Drain::yes ? "Running segments finish, then work is paused" : "Paused";
    session.print(session.wants_json() ? reply + '\n' : fmt::format("{} {}.\n", what, until));
    return EXIT_SUCCESS;
}

int resume_work(Session& session) {
    const auto reply = session.daemon().call("Resume");
    const auto holds = texts_member(reply, "holds");
    std::string text = "The operator hold is lifted.\n";
    if (!holds.empty())
        text += fmt::format("Still held by: {}.\n",
                            printable(fmt::format("{}", fmt::join(holds, ", "))));
    session.print(session.wants_json() ? reply + '\n' : text);
    return EXIT_SUCCESS;
}

/// A call without an answer of its own; `done` is said of the source, or as it is.
int steer(Session& session, const std::string& method, const Arguments& arguments,
          std::string_view done) {
    const auto reply = session.daemon().call(method, arguments);
    session.print(session.wants_json() ? reply + '\n' : fmt::format("{}\n", done));
    return EXIT_SUCCESS;
}

std::string shown_source(const Session& session) {
    return source_for_display(session.line().arguments.front());
}

int cancel_job(Session& session) {
    return steer(session, "Cancel", source_argument(session),
                 fmt::format("{} goes back to to_assign; this machine takes it again when it "
                             "changes, or after 'av1ctl retry'.",
                             shown_source(session)));
}

int retry_job(Session& session) {
    return steer(session, "Retry", source_argument(session),
                 fmt::format("{} goes through again.", shown_source(session)));
}

int adopt_share(Session& session) {
    return steer(session, "Adopt", {}, "The share's marker is accepted.");
}

int reload_config(Session& session) {
    return steer(session, "Reload", {}, "The configuration was read again.");
}

int print_history(Session& session) {
    Arguments arguments;
    if (const auto& since = session.line().since)
        arguments["since"] = iso_time(*since);
    const auto reply = session.daemon().call("History", arguments);
    const auto history = history_from_json(json_member(reply, "renditions"));
    session.print(session.wants_json()
                      ? to_json(history) + '\n'
                      : history_table(history, session.screen(), session.line().legend));
    return EXIT_SUCCESS;
}

int print_config(Session& session) {
    const auto reply = session.daemon().call("Config");
    session.print(session.wants_json() ? reply + '\n' : text_member(reply, "config"));
    return EXIT_SUCCESS;
}

Inbox inbox_of(ControlClient& daemon) {
    const auto reply = daemon.call("Config");
    const auto root = source_from_text(text_member(reply, "share_root"));
    if (!root)
        throw Error("av1encd does not say where its share is");
    return {*root, texts_member(reply, "extensions")};
}

void print_added(const Session& session, const AddedFile& added) {
    if (session.wants_json())
        session.print(JsonObject()
                          .add("source", source_to_text(added.source))
                          .add_json("bytes", std::to_string(added.bytes))
                          .text() +
                      '\n');
    else
        session.print(fmt::format("added {} ({})\n", source_for_display(added.source),
                                  human_size(added.bytes)));
}

int add_files(Session& session) {
    const auto inbox = inbox_of(session.daemon());
    Interruption interruption;
    int exit_status = EXIT_SUCCESS;
    for (const auto& file : session.line().arguments) {
        std::optional<AddedFile> added;
        try {
            added = inbox.add(file, interruption);
        } catch (const Interrupted&) {
            throw;
        } catch (const Error& error) {
            complain(session.complaints(), whole_reason(error));
            exit_status = EXIT_FAILURE;
            continue;
        }
        print_added(session, *added);
    }
    return exit_status;
}

std::string daemon_version(Session& session) {
    return text_member(session.daemon().call("org.varlink.service.GetInfo"), "version");
}

/// Tells its own version whether or not there is a daemon.
int print_version(Session& session) {
    std::optional<std::string> daemon;
    std::string reason;
    try {
        daemon = daemon_version(session);
    } catch (const DaemonUnreachable& error) {
        reason = error.what();
    }
    JsonObject object;
    object.add("av1ctl", own_version);
    if (daemon)
        object.add("av1encd", *daemon);
    else
        object.add_json("av1encd", "null");
    session.print(
        session.wants_json()
            ? object.text() + '\n'
            : fmt::format("av1ctl {}\nav1encd {}\n", own_version,
                          daemon ? printable(*daemon) : fmt::format("not reachable: {}", reason)));
    return EXIT_SUCCESS;
}

// clang-format off
const std::array table = {
    Verb{"status", "", "machine, state, holds, slots, chunks; also with no verb",
         0, 0, {}, print_status},
    Verb{"list", "", "jobs and their renditions", 0, 0, {"state"}, print_list},
    Verb{"show", "SOURCE", "one job: renditions, what was left out, what went wrong",
         1, 1, {}, print_job},
    Verb{"tail", "[SOURCE]", "progress and events as they happen, until interrupted",
         0, 1, {}, print_events},
    Verb{"top", "", "full-screen live view; q quits", 0, 0, {}, show_live_view},
    Verb{"pause", "", "stops work until 'resume'", 0, 0, {"reason", "for", "drain"}, pause_work},
    Verb{"resume", "", "goes on, and tells what else holds", 0, 0, {}, resume_work},
    Verb{"add", "FILE...", "copies videos into the share as sources", 1, any_number, {}, add_files},
    Verb{"cancel", "SOURCE", "gives a claimed source back", 1, 1, {}, cancel_job},
    Verb{"retry", "SOURCE", "sends a failed source through again", 1, 1, {}, retry_job},
    Verb{"adopt", "", "accepts the share's marker as the one to work on", 0, 0, {}, adopt_share},
    Verb{"history", "", "finished renditions: sizes, time, speed", 0, 0, {"since"}, print_history},
    Verb{"reload", "", "reads the configuration again; fails if it is not valid",
         0, 0, {}, reload_config},
    Verb{"config", "", "the configuration in force", 0, 0, {}, print_config},
    Verb{"version", "", "versions of av1ctl and of av1encd", 0, 0, {}, print_version},
};
// clang-format on

} // namespace

std::span<const Verb> verbs() {
    return table;
}

int run(Session& session) {
    switch (session.line().wanted) {
    case Wanted::help: session.print(help_text()); return EXIT_SUCCESS;
    case Wanted::version:
        session.print(fmt::format("av1ctl {}\n", own_version));
        return EXIT_SUCCESS;
    case Wanted::verb: return session.line().verb->run(session);
    }
    return EXIT_FAILURE;
}

} // namespace av1encd
