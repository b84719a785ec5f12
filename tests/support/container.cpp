#include "tests/support/container.hpp"

#include "common/error.hpp"
#include "tests/support/waiting.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace av1encd {

namespace {

const std::string script = AV1ENCD_SOURCE_DIR "/tests/support/container";
constexpr int not_possible = 77;

std::string without_last_newline(std::string text) {
    if (text.ends_with('\n'))
        text.pop_back();
    return text;
}

std::string complaint_of(const ProgramRun& run) {
    return fmt::format("{}\n{}", run.output, fmt::join(run.outcome.stderr_lines, "\n"));
}

std::string quoted(const std::string& text) {
    std::string word = "'";
    for (const char letter : text)
        letter == '\'' ? word += "'\\''" : word += letter;
    return word + "'";
}

} // namespace

std::optional<std::string> Container::reason_not_to_boot() {
    static const auto reason = []() -> std::optional<std::string> {
        const TemporaryFolder scratch;
        const auto run = run_program({script, "check"}, {}, scratch.path());
        if (run.outcome.exit_status == not_possible)
            return without_last_newline(run.output);
        if (!run.outcome.ended_well())
            throw Error(script + " check: " + complaint_of(run));
        return std::nullopt;
    }();
    return reason;
}

Container::Container() {
    RunningProgram::Start start;
    start.arguments = {script, "boot", folder_.path().native()};
    start.output = folder_.path() / "console";
    program_ = std::make_unique<RunningProgram>(start);
    wait_until_booted();
}

Container::~Container() {
    program_.reset();
    const TemporaryFolder scratch;
    run_program({script, "tidy"}, {}, scratch.path());
}

void Container::wait_until_booted() const {
    const bool has_booted = eventually([&] {
        return run({"systemctl", "is-system-running", "--wait"}).output.size() > 1 ||
               program_->wait_for_end({});
    });
    if (!has_booted || !program_->is_running())
        throw Error("the container does not boot:\n" + folder_.read("console"));
}

ProgramRun Container::run(const std::vector<std::string>& command) const {
    const TemporaryFolder scratch;
    std::vector<std::string> words = {script, "run", folder_.path().native()};
    words.insert(words.end(), command.begin(), command.end());
    return run_program(words, {}, scratch.path());
}

std::string Container::demand(const std::vector<std::string>& command) const {
    auto run = this->run(command);
    if (!run.outcome.ended_well())
        throw Error(fmt::format("{}: {}", fmt::join(command, " "), complaint_of(run)));
    return without_last_newline(std::move(run.output));
}

std::string Container::shell(const std::string& lines) const {
    return demand({"sh", "-euc", lines});
}

void Container::write(const std::filesystem::path& file, const std::string& text) const {
    shell(fmt::format("mkdir -p {}; printf %s {} >{}", quoted(file.parent_path()), quoted(text),
                      quoted(file)));
}

void Container::copy_in(const std::filesystem::path& file,
                        const std::filesystem::path& target) const {
    const TemporaryFolder scratch;
    const auto run =
        run_program({"sh", "-euc", "\"$1\" run \"$2\" sh -euc 'cat >\"$1\"' sh \"$4\" <\"$3\"",
                     "sh", script, folder_.path(), file, target},
                    {}, scratch.path());
    if (!run.outcome.ended_well())
        throw Error(
            fmt::format("cannot copy {} into the container: {}", file.native(), complaint_of(run)));
}

void Container::reboot() const {
    const std::vector<std::string> boot_id = {"cat", "/proc/sys/kernel/random/boot_id"};
    const auto before = demand(boot_id);
    run({"systemctl", "--no-block", "reboot"});
    if (!eventually([&] {
            const auto now = run(boot_id);
            return now.outcome.ended_well() && without_last_newline(now.output) != before;
        }))
        throw Error("the container does not reboot:\n" + folder_.read("console"));
    wait_until_booted();
}

} // namespace av1encd
