#pragma once
// Runs one task to its end: a place for its child process, the process, the verdict on it, and
// further attempts where one may help. A later attempt starts from nothing that an earlier one
// left. The process may read its job's folder, and write its output alone.

#include "daemon/core/encoder_verdict.hpp"
#include "daemon/core/ffmpeg_progress.hpp"
#include "daemon/pipeline/context.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <string>
#include <variant>
#include <vector>

namespace av1encd {

/// Who judges a child that exited by itself with another status than 0.
enum class JudgedBy { exit_status, caller };
enum class OutputBy { path, standard_output };

struct Task {
    TaskKind kind = TaskKind::probe;
    std::optional<int> crf; ///< nullopt: for the whole ladder
    SegmentRange range;     ///< of a segment
    std::string what;       ///< "check of CRF 24", for those who look
    std::function<FfmpegCommand(const SegmentTweaks&, const std::filesystem::path& output)> command;
    std::filesystem::path output; ///< committed once done; empty: there is none
    OutputBy output_by = OutputBy::path;
    std::optional<std::uint64_t> memory_limit; ///< of the process; nullopt: none
    JudgedBy judged_by = JudgedBy::exit_status;
    std::function<void()> on_begin; ///< before each attempt, to drop what the last one said
    std::function<void(std::string_view)> on_stdout;
    /// Of a segment, which holds a slot: how urgent it is. Empty: it runs beside the slots.
    Places::Urgency urgency;
    /// Once there is a slot for it, before its first attempt: says which segment it is and fills in
    /// the rest of this. False: none is left to be encoded.
    std::function<bool(Task&)> choose;
    SlotWork slot;                                    ///< what is shown of it
    double seconds_of_video = 0;                      ///< of the segment
    std::function<void(double fraction)> on_progress; ///< of the segment
};

struct TaskFailed {
    std::string cause;
};

struct FailedAttempt {
    TaskKind kind = TaskKind::probe;
    std::optional<int> crf;
    SegmentRange range;
    std::string what; ///< as in Task
    int number = 1;
    std::string cause;
    ProcessOutcome outcome;
    std::optional<int> segment{}; ///< its number
};

class TaskRunner {
public:
    TaskRunner(Context& context, const Job& job) : context_(context), job_(job) {}

    /// The outcome of the attempt that was done (judged by the caller where the task says so), or
    /// why no further attempt is made. Where choose() said no, an outcome of nothing.
    Awaitable<std::variant<ProcessOutcome, TaskFailed>> run(Task task);

    /// Into log and ledger.
    Awaitable<void> record(FailedAttempt failed);

    /// What the tasks that run now are, for those who look.
    const std::list<std::string>& running() const { return running_; }

private:
    struct Attempted {
        ProcessOutcome outcome;
        TaskVerdict verdict;
    };
    /// In the list of running tasks from its making to its end.
    class Listed {
    public:
        Listed(std::list<std::string>& list, const std::string& what);
        ~Listed();
        Listed(const Listed&) = delete;
        Listed& operator=(const Listed&) = delete;

    private:
        std::list<std::string>& list_;
        std::list<std::string>::iterator which_;
    };
    /// What went wrong with a task so far.
    struct Troubles {
        int failures = 0; ///< that count against `retries`
        int stalls = 0;
        int not_runnable = 0; ///< in a row
        SegmentTweaks tweaks; ///< for the next attempt
    };
    Awaitable<std::optional<TaskFailed>> get_over(const Task& task, const Attempted& attempted,
                                                  Troubles& troubles);
    Awaitable<void> get_over_stall(const Task& task, const Attempted& attempted,
                                   Troubles& troubles);
    Awaitable<std::optional<TaskFailed>>
    get_over_failure(const Task& task, const Attempted& attempted, Troubles& troubles);
    Awaitable<Attempted> attempt(const Task& task, SegmentTweaks tweaks, std::filesystem::path part,
                                 std::optional<Slots::Lease> slot);
    Awaitable<ProcessOutcome> run_in_slot(const Task& task, ProcessRequest request,
                                          Slots::Lease slot);
    Awaitable<ProcessOutcome> run_beside(const Task& task, ProcessRequest request);
    void say(const Task& task, EventKind kind, Severity severity, std::string message) const;
    void take_progress(const Task& task, SlotWork& work, const Progress& progress);
    Awaitable<bool> commit(const Task& task, std::filesystem::path part);
    std::uint64_t room_needed() const;

    Context& context_;
    const Job& job_;
    std::list<std::string> running_;
};

} // namespace av1encd
