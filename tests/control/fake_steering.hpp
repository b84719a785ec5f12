#pragma once
// A daemon that only writes down what it was asked to do and answers what it was told to answer.

#include "daemon/control/steering.hpp"
#include "daemon/pipeline/notifier.hpp"

#include <boost/asio/this_coro.hpp>

#include <fmt/format.h>

#include <exception>
#include <list>
#include <string>
#include <utility>
#include <vector>

namespace av1encd {

/// Lives in the loop's thread; a test looks at it from its own only between calls.
class FakeSteering : public Steering {
public:
    std::vector<std::string> calls;
    std::exception_ptr failure; ///< thrown by every call that can fail
    Status status_now;
    std::vector<JobStatus> jobs;
    JobDetailStatus job;
    std::vector<HistoryStatus> renditions;
    std::vector<std::string> holds_after_resume;
    ConfigReport config_now;

    /// What a test does with the events of those who follow.
    std::function<void()> on_subscribe = [] {};
    std::function<void()> on_unsubscribe = [] {};

    void publish(const EventStatus& event) {
        for (const auto& [source, hear] : listeners_)
            if (source.empty() || event.source == source)
                hear(event);
    }
    std::size_t listeners() const { return listeners_.size(); }

    Status status() override { return status_now; }
    Awaitable<std::vector<JobStatus>> list(std::string state) override {
        note(fmt::format("list '{}'", state));
        co_return jobs;
    }
    Awaitable<JobDetailStatus> show(std::string source) override {
        note(fmt::format("show '{}'", source));
        co_return job;
    }
    std::unique_ptr<Subscription> subscribe(std::string source,
                                            std::function<void(const EventStatus&)> hear) override {
        listeners_.emplace_back(std::move(source), std::move(hear));
        on_subscribe();
        return std::make_unique<Listening>(*this, std::prev(listeners_.end()));
    }
    /// Made by the first who waits.
    std::optional<Notifier> changes;
    Awaitable<void> changed() override {
        if (!changes)
            changes.emplace(co_await boost::asio::this_coro::executor);
        co_await changes->wait();
    }
    Awaitable<void> pause(PauseRequest request, Caller caller) override {
        const auto seconds = request.duration ? fmt::format("{}", request.duration->count()) : "-";
        note(fmt::format("pause '{}' {} {} by {}", request.reason, seconds,
                         request.drain ? "drain" : "now", caller.user));
        co_return;
    }
    Awaitable<std::vector<std::string>> resume(Caller caller) override {
        note("resume by " + caller.user);
        co_return holds_after_resume;
    }
    Awaitable<void> cancel(std::string source, Caller caller) override {
        note(fmt::format("cancel '{}' by {}", source, caller.user));
        co_return;
    }
    Awaitable<void> retry(std::string source, Caller caller) override {
        note(fmt::format("retry '{}' by {}", source, caller.user));
        co_return;
    }
    Awaitable<void> adopt(Caller caller) override {
        note("adopt by " + caller.user);
        co_return;
    }
    Awaitable<std::vector<HistoryStatus>>
    history(std::optional<std::chrono::sys_seconds> since) override {
        note(fmt::format("history {}", since ? since->time_since_epoch().count() : -1));
        co_return renditions;
    }
    void reload(Caller caller) override { note("reload by " + caller.user); }
    ConfigReport config() const override { return config_now; }
    std::string version() const override { return "0.1.0"; }

private:
    using Listener = std::pair<std::string, std::function<void(const EventStatus&)>>;

    class Listening : public Subscription {
    public:
        Listening(FakeSteering& steering, std::list<Listener>::iterator which)
            : steering_(steering),
              which_(which) {}
        Listening(const Listening&) = delete;
        Listening& operator=(const Listening&) = delete;
        ~Listening() override {
            steering_.listeners_.erase(which_);
            steering_.on_unsubscribe();
        }

    private:
        FakeSteering& steering_;
        std::list<Listener>::iterator which_;
    };

    void note(std::string call) {
        calls.push_back(std::move(call));
        if (failure)
            std::rethrow_exception(failure);
    }

    std::list<Listener> listeners_;
};

} // namespace av1encd
