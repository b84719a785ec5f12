// What strangers drop into to_assign, by the table of tests/data/make-hostile: the daemon runs over
// all of it, and every file ends as its line says.

#include "common/source_text.hpp"
#include "tests/support/fleet.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

struct Verdict {
    std::string word;   ///< done, failed, strange …
    std::string reason; ///< or a part of it
};

/// By source; the table escapes more of a name than JSON does.
using Table = std::map<std::string, Verdict>;

Verdict verdict_from(const std::string& text) {
    const auto colon = text.find(':');
    return {text.substr(0, colon), colon == text.npos ? "" : text.substr(colon + 1)};
}

Table read_table(const fs::path& file) {
    Table table;
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::string name;
        std::string verdict;
        std::getline(fields, name, '\t');
        std::getline(fields, verdict, '\t');
        if (!name.starts_with('#'))
            table[source_from_text(name).value()] = verdict_from(verdict);
    }
    return table;
}

int count_in(const std::string& text, const std::string& part) {
    int count = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

class DaemonUnfriendly : public Fleet {
protected:
    DaemonUnfriendly() { machine().rights = Rights::of_an_ordinary_user; }

    /// Fills to_assign with these sections.
    void make_hostile(const std::vector<std::string>& sections) {
        std::vector<std::string> command = {AV1ENCD_SOURCE_DIR "/tests/data/make-hostile",
                                            place("to_assign").native()};
        command.insert(command.end(), sections.begin(), sections.end());
        const auto made = run_program(command, {}, folder());
        ASSERT_TRUE(made.outcome.ended_well()) << describe_with_reason(made.outcome);
        table = read_table(place("to_assign/CASES.tsv"));
    }
    /// Runs over all of it; what is otherwise than the table says, by source.
    std::map<std::string, std::string> deviations() {
        EXPECT_EQ(machine().run_once().exit_status, 1) << machine().said();
        machine().wrapper.clear();
        const auto said = machine().said();
        machine().serve();
        std::map<std::string, JobStatus> jobs;
        for (auto& job : machine().list())
            jobs[source_from_text(job.source).value()] = job;
        std::map<std::string, std::string> deviations;
        for (const auto& [name, verdict] : table) {
            const auto job = jobs.find(name);
            auto text = job == jobs.end() ? deviation_of_unclaimed(name, verdict, said)
                                          : deviation_of(name, job->second, verdict);
            if (!text.empty())
                deviations[source_for_display(name)] = text;
        }
        return deviations;
    }

    Table table;

private:
    std::string deviation_of(const std::string& source, const JobStatus& job,
                             const Verdict& verdict) const {
        const auto found = fmt::format("{}: {}", job.state, job.error);
        if (job.state != verdict.word || job.error.find(verdict.reason) == job.error.npos)
            return found;
        if (!fs::exists(place(job.state) / source))
            return found + ", and is not there";
        return {};
    }
    std::string deviation_of_unclaimed(const std::string& source, const Verdict& verdict,
                                       const std::string& said) const {
        if (!fs::exists(fs::symlink_status(place("to_assign") / source)))
            return "is gone";
        const auto told = count_in(said, source_for_display(source) + ": left in to_assign: ");
        if (verdict.word == "ignored")
            return told == 0 ? "" : "ignored, and said";
        if (verdict.word != "strange" && verdict.word != "unreadable")
            return "was never claimed";
        if (told != 1 || count_in(said, verdict.reason) == 0)
            return fmt::format("said {} times", told);
        return {};
    }
};

/// Which paths outside of work_dir ffmpeg and ffprobe opened or tried to, and whom they called. The
/// daemon is traced with them, as they may trace nobody themselves.
class Trace {
public:
    explicit Trace(fs::path file) : file_(std::move(file)) {}

    std::vector<std::string> command() const {
        return {"strace", "-f", "-qq", "-Y", "-s", "4096", "-o", file_.native(), "--seccomp-bpf",
                // Its search for leaks would trace what is traced already.
                "-E", "ASAN_OPTIONS=detect_leaks=0", "-e",
                "trace=open,openat,openat2,connect,bind"};
    }
    Files take(const fs::path& work_dir) const {
        Files found;
        std::ifstream lines(file_);
        for (std::string line; std::getline(lines, line);) {
            // What it does itself, and the share helper; a child is called so before its exec.
            if (line.find("<av1encd") != line.npos)
                continue;
            if (auto what = opened_or_called(line); !what.starts_with(work_dir.native()))
                found.insert(std::move(what));
        }
        found.erase("");
        return found;
    }

private:
    /// The path, or the whole call of a socket.
    static std::string opened_or_called(const std::string& line) {
        static const std::regex process("/proc/[0-9]+/|/task/[0-9]+/");
        if (line.find(" connect(") != line.npos || line.find(" bind(") != line.npos)
            return line;
        const auto begin = line.find('"');
        const auto end = line.find('"', begin + 1);
        if (line.find(" open") == line.npos || end == line.npos)
            return {};
        return std::regex_replace(line.substr(begin + 1, end - begin - 1), process, "/proc/ID/");
    }

    fs::path file_;
};

TEST_F(DaemonUnfriendly, ContentEndsAsTheTableSaysAndIsNeverFollowedOutOfItsOwnFile) {
    if (!run_program({"strace", "-Y", "-o", "/dev/null", "--seccomp-bpf", "-f", "true"}, {},
                     folder())
             .outcome.ended_well())
        GTEST_SKIP() << "strace is not to be had here";
    const Trace trace(folder() / "trace");
    machine().wrapper = trace.command();
    make_hostile({"content"});
    ASSERT_GE(table.size(), 60U);

    const auto hostile = folder() / "hostile";
    fs::rename(place("to_assign"), hostile);
    drop("good.mp4", hostile / "good.mp4");
    ASSERT_EQ(machine().run_once().exit_status, 0) << machine().said();
    const auto opened_for_a_good_one = trace.take(machine().work_dir());
    EXPECT_THAT(opened_for_a_good_one, Not(IsEmpty()));
    fs::remove_all(place("done"));
    fs::remove_all(share() / "output/av1_crf50");
    fs::create_directories(place("done"));
    fs::remove_all(place("to_assign"));
    fs::rename(hostile, place("to_assign"));

    EXPECT_THAT(deviations(), IsEmpty());
    Files more;
    std::ranges::set_difference(trace.take(machine().work_dir()), opened_for_a_good_one,
                                std::inserter(more, more.end()));
    EXPECT_THAT(more, IsEmpty());
}

TEST_F(DaemonUnfriendly, NamesAndKindsEndAsTheTableSays) {
    make_hostile({"names", "kinds"});
    ASSERT_GE(table.size(), 50U);
    // Something has to fail, or else the exit status would prove nothing.
    write_file(place("to_assign/text.mp4"), "text");
    EXPECT_THAT(deviations(), IsEmpty());
    EXPECT_FALSE(fs::exists(folder() / "owned"));
}

} // namespace
} // namespace av1encd
