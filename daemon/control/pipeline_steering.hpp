#pragma once
// Steering over the real pipeline: requests become calls on it, its state becomes what clients see.

#include "daemon/control/status_report.hpp"
#include "daemon/control/steering.hpp"
#include "daemon/pipeline/event_hub.hpp"
#include "daemon/pipeline/share_gate.hpp"

#include <functional>

namespace av1encd {

class PipelineSteering final : public Steering {
public:
    /// What belongs to the daemon as a whole.
    struct DaemonCalls {
        std::function<Phase()> phase;
        std::function<void(const std::string& who)> reload; ///< throws ConfigError
        std::function<std::string()> config_yaml;
        std::string version;
    };

    PipelineSteering(Context& context, Jobs& jobs, Claimer& claimer, ShareGate& gate, EventHub& hub,
                     DaemonCalls daemon);

    /// Counts of earlier runs; from the ledger, once it is open.
    void set_counts_before(JobCounts counts) { before_ = counts; }

    Status status() override;
    Awaitable<std::vector<JobStatus>> list(std::string state) override;
    Awaitable<JobDetailStatus> show(std::string source) override;
    std::unique_ptr<Subscription> subscribe(std::string source,
                                            std::function<void(const EventStatus&)> hear) override;
    Awaitable<void> changed() override;
    Awaitable<void> pause(PauseRequest request, Caller caller) override;
    Awaitable<std::vector<std::string>> resume(Caller caller) override;
    Awaitable<void> cancel(std::string source, Caller caller) override;
    Awaitable<void> retry(std::string source, Caller caller) override;
    Awaitable<void> adopt(Caller caller) override;
    Awaitable<std::vector<HistoryStatus>>
    history(std::optional<std::chrono::sys_seconds> since) override;
    void reload(Caller caller) override;
    ConfigReport config() const override;
    std::string version() const override { return daemon_.version; }

private:
    Awaitable<bool> undecline(std::string source);
    Awaitable<bool> lies_in_to_assign(std::string source);
    Awaitable<void> forget_failed(JobId job);
    void say(const std::string& source, std::string message, const Caller& caller);

    Context& context_;
    Jobs& jobs_;
    Claimer& claimer_;
    ShareGate& gate_;
    EventHub& hub_;
    DaemonCalls daemon_;
    JobCounts before_;
};

} // namespace av1encd
