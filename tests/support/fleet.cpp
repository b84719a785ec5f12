#include "tests/support/fleet.hpp"

#include "common/error.hpp"
#include "common/protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

namespace av1encd {

namespace {

namespace fs = std::filesystem;

std::string settings(const fs::path& tree, const fs::path& folder, const std::string& name) {
    return fmt::format("machine_id: {0}\n"
                       "workers: 2\n"
                       "work_dir: {1}/work\n"
                       "control_socket: {1}/control.sock\n"
                       "share:\n"
                       "  root: {2}/share\n"
                       "  output: {2}/share/output/av1_crf{{crf}}\n"
                       "  settle: 100ms\n"
                       "encode:\n"
                       "  crf: [50]\n"
                       "  preset: 12\n"
                       "log: {{ level: debug }}\n",
                       name, folder.native(), tree.native());
}

Files files_below(const fs::path& folder) {
    Files files;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (!entry.is_directory() || entry.is_symlink())
            files.insert(entry.path().lexically_relative(folder).native());
    return files;
}

} // namespace

void write_file(const fs::path& file, std::string_view text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
}

std::string read_file(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

FleetMachine::FleetMachine(const fs::path& tree, std::string name)
    : folder_(tree / name),
      name_(std::move(name)) {
    fs::create_directories(work_dir());
    write_file(config_file(), settings(tree, folder_, name_));
}

void FleetMachine::configure(std::string_view yaml) const {
    write_file(folder_ / "conf.d/test.yaml", yaml);
}

void FleetMachine::before_every_encode(std::string_view lines) {
    before_encode_ = lines;
    write_scripts();
}

void FleetMachine::close_gate(int crf) {
    fs::remove(gate());
    wait_at_gate_ = fmt::format("[ $crf != {} ] || until [ -e '{}' ]; do sleep 0.05; done", crf,
                                gate().native());
    write_scripts();
}

void FleetMachine::open_gate() const {
    write_file(gate(), {});
}

void FleetMachine::run_ffmpeg_after(std::string_view lines) {
    before_ffmpeg_ = lines;
    write_scripts();
}

void FleetMachine::write_scripts() {
    write_script("ffmpeg");
    write_script("ffprobe");
    // The scripts wait for files of the test, and write some.
    environment = {fmt::format("PATH={}:{}", (folder_ / "bin").native(), ::getenv("PATH")),
                   "AV1ENCD_FFMPEG_PATHS=" + folder_.parent_path().native()};
}

void FleetMachine::write_script(const std::string& program) {
    const auto script = folder_ / "bin" / program;
    write_file(script, fmt::format("#!/bin/sh\n"
                                   "case \"$*\" in *libsvtav1*crf=*)\n"
                                   "all=\"$*\"; crf=${{all##*crf=}}; crf=${{crf%%[!0-9]*}}\n"
                                   "{}\n{}\n"
                                   ";; esac\n"
                                   "{}\nPATH='{}'\nexec {} \"$@\"\n",
                                   before_encode_, wait_at_gate_, before_ffmpeg_, ::getenv("PATH"),
                                   program));
    fs::permissions(script, fs::perms::owner_all);
}

std::string FleetMachine::mark() const {
    return "AV1ENCD_TEST_MACHINE=" + folder_.native();
}

void FleetMachine::start(const std::vector<std::string>& options) {
    RunningProgram::Start start;
    start.arguments = wrapper;
    start.arguments.insert(start.arguments.end(), {AV1ENCD, "--config", config_file().native()});
    start.arguments.insert(start.arguments.end(), options.begin(), options.end());
    // Of the machine's own bus only one av1encd can have the name.
    start.environment = {mark(), "MACHINE_ID=", "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent"};
    start.environment.insert(start.environment.end(), environment.begin(), environment.end());
    start.output = folder_ / "said";
    start.rights = rights;
    daemon_ = std::make_unique<RunningProgram>(start);
}

void FleetMachine::serve(const std::vector<std::string>& options) {
    start(options);
    const bool serves = eventually([&] {
        const auto now = status();
        return (now && now->state != "starting") || daemon_->wait_for_end({});
    });
    if (!serves || !daemon_->is_running())
        throw Error("av1encd does not take up its work:\n" + said());
}

ProcessOutcome FleetMachine::end() {
    const auto outcome = daemon_->wait_for_end(patience);
    if (!outcome)
        throw Error("av1encd does not end:\n" + said());
    return *outcome;
}

ProcessOutcome FleetMachine::run_once() {
    start({"--once"});
    return end();
}

ProcessOutcome FleetMachine::stop() {
    daemon_->send(SIGTERM);
    return end();
}

void FleetMachine::kill() {
    daemon_->send(SIGKILL);
    end();
    if (!eventually([&] { return processes_with(mark()).empty(); }))
        throw Error("children of a killed av1encd live on");
}

std::string FleetMachine::said() const {
    return read_file(folder_ / "said");
}

ProgramRun FleetMachine::ctl(const std::vector<std::string>& words) const {
    const TemporaryFolder scratch;
    std::vector<std::string> arguments = {AV1CTL, "--socket", socket().native()};
    arguments.insert(arguments.end(), words.begin(), words.end());
    return run_program(arguments, {}, scratch.path());
}

std::string FleetMachine::answer(std::vector<std::string> words) const {
    words.insert(words.begin(), "--json");
    auto run = ctl(words);
    if (!run.outcome.ended_well())
        throw Error(fmt::format("av1ctl {}: {}", fmt::join(words, " "),
                                fmt::join(run.outcome.stderr_lines, "\n")));
    return std::move(run.output);
}

std::optional<Status> FleetMachine::status() const {
    const auto run = ctl({"--json", "status"});
    if (!run.outcome.ended_well())
        return std::nullopt;
    return status_from_json(run.output);
}

std::vector<JobStatus> FleetMachine::list() const {
    return jobs_from_json(answer({"list"}));
}

std::string FleetMachine::state_of(const std::string& source) const {
    for (const auto& job : list())
        if (job.source == source)
            return job.state;
    return {};
}

JobDetailStatus FleetMachine::show(const std::string& source) const {
    return job_detail_from_json(answer({"show", source}));
}

std::vector<HistoryStatus> FleetMachine::history() const {
    return history_from_json(answer({"history"}));
}

std::vector<std::string> FleetMachine::holds() const {
    std::vector<std::string> reasons;
    if (const auto now = status())
        for (const auto& hold : now->holds)
            reasons.push_back(hold.reason);
    return reasons;
}

std::vector<SeenProcess> FleetMachine::processes(std::string_view name) const {
    auto found = processes_with(mark());
    std::erase_if(found, [&](const SeenProcess& process) { return process.name != name; });
    return found;
}

bool FleetMachine::is_encoding() const {
    const auto now = status();
    return now && std::any_of(now->slots.begin(), now->slots.end(),
                              [](const SlotStatus& slot) { return slot.pid.has_value(); });
}

Fleet::Fleet() {
    fs::create_directories(share());
}

Fleet::~Fleet() {
    for (auto& [name, machine] : machines_)
        for (const auto& process :
             processes_with("AV1ENCD_TEST_MACHINE=" + (folder() / name).native()))
            ::kill(process.pid, SIGKILL);
}

fs::path Fleet::rendition(int crf, const std::string& name) const {
    return share() / fmt::format("output/av1_crf{}", crf) / name;
}

FleetMachine& Fleet::machine(const std::string& name) {
    const auto found = machines_.find(name);
    return found != machines_.end() ? found->second
                                    : machines_.try_emplace(name, folder(), name).first->second;
}

void Fleet::drop(const std::string& source, const fs::path& video) const {
    const auto target = place("to_assign") / source;
    fs::create_directories(target.parent_path());
    const auto part = place("to_assign") / ".dropped.part";
    fs::copy_file(video, part);
    fs::rename(part, target);
}

Files Fleet::files() const {
    // Two runs within one second find the name taken.
    static const std::regex time("av1_job_[0-9_]+( \\([0-9]+\\))?\\.log");
    Files files;
    for (const auto& file : files_below(share()))
        files.insert(std::regex_replace(file, time, "av1_job_TIME.log"));
    return files;
}

Files Fleet::and_what_is_always_there(Files files) {
    files.insert({".av1encd-share", "output/.av1encd-share", "jobs/logs/m1/av1_job_TIME.log"});
    return files;
}

Files Fleet::leftovers(const std::string& name) {
    Files names;
    const auto jobs = machine(name).work_dir() / "jobs";
    if (fs::exists(jobs))
        for (const auto& entry : fs::recursive_directory_iterator(jobs))
            names.insert(entry.path().lexically_relative(jobs).native());
    return names;
}

bool Fleet::is_done(const std::string& source) const {
    return fs::exists(place("done") / source);
}

} // namespace av1encd
