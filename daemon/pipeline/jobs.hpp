#pragma once
// The jobs that are under way on this machine: starts them, knows them by source, gives one back
// when it is cancelled.

#include "daemon/pipeline/coroutine_scope.hpp"
#include "daemon/pipeline/job_runner.hpp"

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace av1encd {

class Jobs {
public:
    /// `on_failure`: something without which the daemon cannot work (the ledger) failed.
    Jobs(Context& context, CoroutineScope::FailureHandler on_failure);

    void start(JobDetails recorded);
    /// Gives the source back to to_assign; this machine leaves it alone until it changes. Else why
    /// that cannot be.
    Awaitable<std::optional<std::string>> cancel(std::string source);
    /// Ends the work; every claim, kept segment and record stays for the next start.
    Awaitable<void> stop();

    bool has(const std::string& source) const { return find(source) != nullptr; }
    const JobRunner* find(const std::string& source) const;
    std::size_t active() const { return active_.size(); }
    std::size_t chunks_in_work() const;
    /// How many ended since the start.
    struct Ended {
        std::uint64_t done = 0, failed = 0, skipped = 0;
    };
    const Ended& ended() const { return ended_; }
    /// A failed job that is sent through again does not count any more. False: it failed before the
    /// start, and never counted here.
    bool forget_failed(JobId job);

    /// After a job began or ended.
    Notifier& changed() { return changed_; }
    /// Called when the last job of a chunk ended.
    void on_chunk_done(std::function<void(int chunk)> call) { on_chunk_done_ = std::move(call); }

private:
    /// Shared with those who asked, who may hear of the end after the job is gone.
    struct GivingBack {
        bool over = false;
        std::optional<std::string> refusal;
    };
    struct Active {
        Active(Context& context, JobDetails recorded)
            : runner(std::in_place, context, std::move(recorded)),
              scope(context.executor) {}
        std::optional<JobRunner> runner; ///< always there; made anew after an interruption
        CoroutineScope scope;
        std::shared_ptr<GivingBack> giving_back; ///< once somebody has asked for it
    };
    Awaitable<void> supervise(Active& active);
    Awaitable<void> run(Active& active);
    Awaitable<bool> run_until_full(Active& active);
    Awaitable<void> wait_for_room(Active& active);
    Awaitable<void> begin_anew(Active& active);
    Awaitable<bool> was_given_back(Active& active);
    Awaitable<bool> give_back_until_full(Active& active);
    Awaitable<void> give_back(Active& active);
    Awaitable<void> leave_alone(const Job& job, std::string path);
    void count(const Active& active);
    void say_chunk_done(int chunk);

    Context& context_;
    std::list<Active> active_;
    Ended ended_;
    std::set<JobId> failed_;
    Notifier changed_;
    std::function<void(int)> on_chunk_done_;
    CoroutineScope scope_;
};

} // namespace av1encd
