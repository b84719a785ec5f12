#pragma once
// The real av1encd on a share of the test's own, av1ctl beside it, and what both leave behind.

#include "common/status.hpp"
#include "tests/support/clips.hpp"
#include "tests/support/process_sight.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/running_program.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/waiting.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace av1encd {

/// One machine of the fleet: its work_dir, its configuration, its daemon. Fast settings, CRF 50,
/// two slots.
class FleetMachine {
public:
    FleetMachine(const std::filesystem::path& tree, std::string name);

    std::filesystem::path work_dir() const { return folder_ / "work"; }
    std::filesystem::path socket() const { return folder_ / "control.sock"; }
    std::filesystem::path config_file() const { return folder_ / "av1encd.yaml"; }

    /// Lays these keys over the fast settings; what was laid there before is gone.
    void configure(std::string_view yaml) const;
    /// Of every daemon that is started from now on.
    std::vector<std::string> environment;
    Rights rights = Rights::as_the_test;
    std::vector<std::string> wrapper; ///< a program to run the daemon under
    /// These lines of shell run before every encoder of a segment, with $crf set.
    void before_every_encode(std::string_view lines);
    /// After those lines the encoders at that CRF wait for open_gate().
    void close_gate(int crf);
    void open_gate() const;
    /// These lines of shell run before every ffmpeg and ffprobe.
    void run_ffmpeg_after(std::string_view lines);

    /// Begins a daemon and does not wait for it.
    void start(const std::vector<std::string>& options = {});
    /// As start(), and waits until it has taken up its work.
    void serve(const std::vector<std::string>& options = {});
    RunningProgram& daemon() { return *daemon_; }
    /// Waits for its end.
    ProcessOutcome end();
    ProcessOutcome run_once();
    /// By SIGTERM.
    ProcessOutcome stop();
    /// By SIGKILL; its children are gone too when it returns.
    void kill();

    /// What all its daemons wrote to stdout and stderr so far.
    std::string said() const;
    ProgramRun ctl(const std::vector<std::string>& words) const;
    /// nullopt: nobody answers.
    std::optional<Status> status() const;
    std::vector<JobStatus> list() const;
    /// Of a job in list(); empty where there is none.
    std::string state_of(const std::string& source) const;
    JobDetailStatus show(const std::string& source) const;
    std::vector<HistoryStatus> history() const;
    /// The reasons of its holds.
    std::vector<std::string> holds() const;

    /// Those of this machine with that name.
    std::vector<SeenProcess> processes(std::string_view name) const;
    std::vector<SeenProcess> encoders() const { return processes("ffmpeg"); }
    bool is_encoding() const;

private:
    std::string mark() const;
    std::string answer(std::vector<std::string> words) const;

    std::filesystem::path gate() const { return folder_ / "gate is open"; }
    void write_scripts();
    void write_script(const std::string& program);

    std::filesystem::path folder_;
    std::string name_;
    std::string before_encode_;
    std::string wait_at_gate_;
    std::string before_ffmpeg_;
    std::unique_ptr<RunningProgram> daemon_;
};

using Files = std::set<std::string>;

/// Ends every process that was started on the share.
class Fleet : public ::testing::Test {
protected:
    Fleet();
    ~Fleet() override;

    std::filesystem::path folder() const { return folder_.path(); }
    std::filesystem::path share() const { return folder() / "share"; }
    std::filesystem::path place(const std::string& name) const { return share() / "jobs" / name; }
    std::filesystem::path rendition(int crf, const std::string& name) const;
    FleetMachine& machine(const std::string& name = "m1");

    /// Brings a source in by rename.
    void drop(const std::string& source, const std::filesystem::path& video = clip()) const;
    /// Everything below the share that is no folder, relative to it; the time in the names of log
    /// files left out.
    Files files() const;
    /// With the markers and the logs of m1.
    static Files and_what_is_always_there(Files files);
    /// Below a machine's work_dir/jobs, folders too.
    Files leftovers(const std::string& name = "m1");
    bool is_done(const std::string& source) const;

private:
    TemporaryFolder folder_;
    std::map<std::string, FleetMachine> machines_;
};

void write_file(const std::filesystem::path& file, std::string_view text);
std::string read_file(const std::filesystem::path& file);

} // namespace av1encd
