#pragma once
// One job from its claim to its retirement: stage, study, encode, publish, retire. Taken up again
// after a restart, it goes on from what the ledger and work_dir hold.

#include "daemon/pipeline/coroutine_scope.hpp"
#include "daemon/pipeline/existing_outputs.hpp"
#include "daemon/pipeline/job_in_hand.hpp"

#include <functional>
#include <map>
#include <optional>

namespace av1encd {

class JobRunner {
public:
    JobRunner(Context& context, JobDetails recorded);

    /// Until the source is retired, or the claim turned out to be lost. Cancelled, it leaves
    /// everything as it is for a later run.
    Awaitable<void> run();

    const JobInHand& in_hand() const { return hand_; }
    /// The state of the job once run() has returned; nullopt: the claim was lost.
    std::optional<JobState> end() const { return end_; }

private:
    enum class Staging { staged, lost, unreadable };

    Awaitable<bool> decide();
    Awaitable<Staging> stage();
    Awaitable<std::optional<std::string>> work();
    Awaitable<void> end_renditions();
    Awaitable<void> run_parts(std::map<int, ExistingOutput> existing);
    Awaitable<void> study_part();
    Awaitable<void> cancel_once_renditions_are_over(CoroutineScope& scope);
    Awaitable<void> judge_part();
    Awaitable<void> audio_part();
    Awaitable<void> renditions_part(std::map<int, ExistingOutput> existing);
    Awaitable<bool> source_changed();
    Awaitable<void> let_it_settle();
    Awaitable<void> start_over();
    Awaitable<bool> retire();
    Awaitable<void> leave_error_text();
    Awaitable<void> drop_lost_claim();
    void give_up(std::string reason);
    std::optional<std::string> failures() const;
    void say_end() const;

    Context& context_;
    JobInHand hand_;
    std::optional<JobState> end_;
    std::optional<std::string> failure_; ///< of a part that the whole job depends on
    int changes_ = 0;                    ///< of the source since it was claimed
    bool renditions_over_ = false;       ///< none of them waits for the audio any more
    CoroutineScope parts_;
};

} // namespace av1encd
