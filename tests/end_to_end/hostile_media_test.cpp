// What the table of tests/data/make-hostile says of each file, beside what the real ffprobe and
// ffmpeg say of it with the project's own command lines.

#include "common/source_text.hpp"
#include "daemon/config/source_formats.hpp"
#include "daemon/core/encode_plan.hpp"
#include "daemon/core/encoder_verdict.hpp"
#include "daemon/core/ffmpeg_args.hpp"
#include "daemon/core/source_check.hpp"
#include "daemon/core/stream_plans.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/temporary_folder.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

namespace av1encd {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::uint64_t plenty = 50ULL << 30;

struct Verdict {
    std::string word;   ///< done, failed, strange …
    std::string reason; ///< or a part of it
};

/// By file, as its name stands in the table.
using Table = std::map<std::string, Verdict>;

Table read_table(const std::filesystem::path& file) {
    Table table;
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('#'))
            continue;
        std::istringstream fields(line);
        std::string name;
        std::string word;
        std::string reason;
        std::getline(fields, name, '\t');
        std::getline(fields, word, '\t');
        if (const auto colon = word.find(':'); colon != word.npos) {
            reason = word.substr(colon + 1);
            word.resize(colon);
        }
        table[name] = {word, reason};
    }
    return table;
}

/// Files made by make-hostile, gone at the end.
class Hostile {
public:
    explicit Hostile(std::vector<std::string> sections) {
        std::vector<std::string> command = {AV1ENCD_SOURCE_DIR "/tests/data/make-hostile",
                                            files().string()};
        command.insert(command.end(), sections.begin(), sections.end());
        const auto made = run_program(command, {}, folder_.path());
        if (!made.outcome.ended_well())
            throw std::runtime_error("make-hostile: " + describe_with_reason(made.outcome));
        table_ = read_table(files() / "CASES.tsv");
    }

    std::filesystem::path files() const { return folder_.path() / "files"; }
    const std::filesystem::path& scratch() const { return folder_.path(); }
    const Table& table() const { return table_; }

private:
    TemporaryFolder folder_;
    Table table_;
};

using Run = std::function<ProgramRun(const FfmpegCommand&)>;

std::vector<std::string> words_of(const FfmpegCommand& command) {
    std::vector<std::string> words = {command.program == Program::ffmpeg ? "ffmpeg" : "ffprobe"};
    words.insert(words.end(), command.arguments.begin(), command.arguments.end());
    return words;
}

/// The way of a source up to its encoding, as a job goes it.
class Handling {
public:
    Handling(std::filesystem::path file, Run run) : file_(std::move(file)), run_(std::move(run)) {}

    Verdict verdict() {
        try {
            judge();
            return {"done", {}};
        } catch (const Failed& failure) {
            return {"failed", failure.reason};
        }
    }

private:
    struct Failed {
        std::string reason;
    };

    std::string run_probe(const FfmpegCommand& command) {
        const auto run = run_(command);
        const auto verdict = judge_task(TaskKind::probe, run.outcome, plenty, {});
        if (const auto* given_up = std::get_if<GiveUp>(&verdict))
            throw Failed{given_up->cause};
        if (!std::holds_alternative<TaskDone>(verdict))
            throw Failed{"judged as if another attempt would help: " + describe(run.outcome)};
        return run.output;
    }

    EncodePlan plan() {
        const auto media = parse_media_info(run_probe(probe_command(file_, demuxers_)));
        if (const auto refusal = refuse_early(media, LimitsConfig{}))
            throw Failed{refusal->reason};
        const auto* const video = first_video(media);
        if (video == nullptr)
            throw Failed{"not refused early, though there is no video"};
        PacketTimesParser parser;
        parser.feed(run_probe(packets_command(file_, demuxers_, video->index)));
        packets_ = parser.finish();
        auto planned = plan_encode(media, packets_, EncodeConfig{}, LimitsConfig{});
        if (const auto* refusal = std::get_if<Refusal>(&planned))
            throw Failed{refusal->reason};
        return std::get<EncodePlan>(std::move(planned));
    }

    void judge() {
        std::vector<int> audio;
        for (const auto& stream : plan().audio)
            audio.push_back(stream.source.index);
        const auto run = run_(decode_command(file_, demuxers_, audio, true));
        FrameTimesParser parser;
        parser.feed(run.output);
        const auto verdict = judge_source(packets_, parser.finish(), run.outcome);
        if (const auto* damaged = std::get_if<SourceDamaged>(&verdict))
            throw Failed{damaged->reason};
        if (const auto* unusable = std::get_if<SourceUnusable>(&verdict))
            throw Failed{unusable->reason};
    }

    std::filesystem::path file_;
    Run run_;
    std::string demuxers_ = demuxers_for(ShareConfig{}.extensions);
    PacketTimes packets_;
};

std::string deviation(const Verdict& expected, const Verdict& found) {
    if (expected.word == found.word && found.reason.find(expected.reason) != std::string::npos)
        return {};
    return found.word + " (" + found.reason + ") instead of " + expected.word + " (" +
           expected.reason + ")";
}

/// A job's source has a name of our own, without an extension that would tell ffmpeg something.
std::filesystem::path as_source(const Hostile& hostile, const std::string& name) {
    auto source = hostile.files() / "source";
    std::filesystem::copy_file(hostile.files() / name, source,
                               std::filesystem::copy_options::overwrite_existing);
    return source;
}

/// What traced commands opened, or tried to, and whom they called.
class Trace {
public:
    explicit Trace(std::filesystem::path scratch) : scratch_(std::move(scratch)) {}

    bool can_be_had() const {
        return run_program(traced({"true"}), {}, scratch_).outcome.ended_well();
    }
    ProgramRun run(const std::vector<std::string>& words,
                   const std::vector<std::string>& environment) {
        auto result = run_program(traced(words), environment, scratch_);
        take_log();
        return result;
    }
    const std::set<std::string>& opened() const { return opened_; }
    const std::set<std::string>& called() const { return called_; }

private:
    std::filesystem::path log() const { return scratch_ / "trace"; }

    std::vector<std::string> traced(const std::vector<std::string>& words) const {
        std::vector<std::string> all = {
            "strace", "-f", "--seccomp-bpf", "-qq", "-s",
            "4096",   "-o", log().string(),  "-e",  "trace=open,openat,openat2,creat,connect,bind"};
        all.insert(all.end(), words.begin(), words.end());
        return all;
    }
    void take_log() {
        std::ifstream lines(log());
        for (std::string line; std::getline(lines, line);) {
            if (line.find(" connect(") != line.npos || line.find(" bind(") != line.npos)
                called_.insert(line);
            const auto begin = line.find('"');
            const auto end = line.find('"', begin + 1);
            const bool opens = line.find(" open") != line.npos || line.find(" creat") != line.npos;
            if (opens && end != line.npos)
                opened_.insert(line.substr(begin + 1, end - begin - 1));
        }
    }

    std::filesystem::path scratch_;
    std::set<std::string> opened_;
    std::set<std::string> called_;
};

/// What was seen of the commands that judged one file.
struct Handled {
    Verdict verdict;
    std::uint64_t peak_memory_bytes = 0;
    Trace trace; ///< empty where strace is not to be had
};

enum class Traced { yes, no };

Handled handle(const Hostile& hostile, const std::string& name, Traced traced) {
    Handled handled{{}, 0, Trace(hostile.scratch())};
    Handling handling(as_source(hostile, name), [&](const FfmpegCommand& command) {
        auto run = traced == Traced::yes
                       ? handled.trace.run(words_of(command), command.environment)
                       : run_program(words_of(command), command.environment, hostile.scratch());
        handled.peak_memory_bytes =
            std::max(handled.peak_memory_bytes, run.outcome.peak_memory_bytes);
        return run;
    });
    handled.verdict = handling.verdict();
    return handled;
}

/// What only the handling of a hostile file opened, and whom it called.
std::set<std::string> beyond(const Trace& good, const Trace& hostile) {
    std::set<std::string> more = hostile.called();
    std::ranges::set_difference(hostile.opened(), good.opened(), std::inserter(more, more.end()));
    // glibc's, before it gives a large piece of memory back.
    more.erase("/proc/sys/vm/overcommit_memory");
    return more;
}

void expect_to_see_an_attack(const Hostile& hostile) {
    Trace unguarded(hostile.scratch());
    unguarded.run({"ffprobe", (hostile.files() / "hls_local.mp4").string()}, {});
    EXPECT_THAT(unguarded.opened(), Contains((hostile.files() / "good.mp4").string()));
    unguarded.run({"ffprobe", (hostile.files() / "hls_http.mp4").string(), "-protocol_whitelist",
                   "file,http,tcp"},
                  {});
    EXPECT_THAT(unguarded.called(), Not(IsEmpty()));
}

TEST(HostileMedia, IsJudgedAsTheTableSaysAndNothingElseIsOpenedNorAnybodyCalled) {
    const Hostile hostile({"content"});
    ASSERT_GE(hostile.table().size(), 60U);
    const auto traced = Trace(hostile.scratch()).can_be_had() ? Traced::yes : Traced::no;
    if (traced == Traced::yes)
        expect_to_see_an_attack(hostile);
    else
        std::cout << "strace is not to be had: what is opened is not looked at\n";

    const auto good = handle(hostile, "good.mp4", traced);
    std::map<std::string, std::string> other_verdicts;
    std::map<std::string, std::set<std::string>> other_files;
    std::map<std::string, std::uint64_t> peaks;
    for (const auto& [name, expected] : hostile.table()) {
        const auto handled = handle(hostile, name, traced);
        if (auto text = deviation(expected, handled.verdict); !text.empty())
            other_verdicts[name] = text;
        if (auto more = beyond(good.trace, handled.trace); !more.empty())
            other_files[name] = std::move(more);
        peaks[name] = handled.peak_memory_bytes;
    }
    EXPECT_THAT(other_verdicts, IsEmpty());
    EXPECT_THAT(other_files, IsEmpty());
    constexpr std::uint64_t one_such_picture = 16384ULL * 8704 * 3 / 2;
    EXPECT_LT(peaks.at("bomb_16k.mp4"), one_such_picture) << "memory is taken before it is refused";
}

TEST(HostileTable, NamesEveryFileThatWasMadeAsItIsToBeShown) {
    const Hostile hostile({"names", "kinds"});
    std::set<std::string> named;
    std::set<std::string> verdicts;
    for (const auto& [name, verdict] : hostile.table()) {
        named.insert(source_from_text(name).value_or("no name of a source: " + name));
        verdicts.insert(verdict.word);
    }
    std::set<std::string> made;
    for (const std::string folder : {"names", "kinds"})
        for (const auto& entry : std::filesystem::directory_iterator(hostile.files() / folder))
            made.insert(folder + "/" + entry.path().filename().string());
    EXPECT_EQ(named, made);
    EXPECT_GE(named.size(), 50U);
    EXPECT_EQ(verdicts, (std::set<std::string>{"done", "ignored", "strange", "unreadable"}));
}

} // namespace
} // namespace av1encd
