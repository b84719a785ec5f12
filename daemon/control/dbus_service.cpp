#include "daemon/control/dbus_service.hpp"

#include "daemon/control/dbus_loop.hpp"
#include "daemon/control/dbus_objects.hpp"
#include "daemon/control/dbus_text.hpp"
#include "daemon/pipeline/coroutine_scope.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace av1encd {

namespace asio = boost::asio;

namespace {

// Whoever watches the bus is to hear of changes, not to be kept busy by them.
constexpr std::chrono::seconds between_looks{1};

// In the order in which a job goes through them: asked for one after the other, none is missed.
constexpr std::array active_states{"claimed", "encoding", "publishing"};

bool is_active(const JobStatus& job) {
    return std::find(active_states.begin(), active_states.end(), job.state) != active_states.end();
}

/// The word for JobFinished; empty for other events.
std::string_view end_of(const EventStatus& event) {
    constexpr std::string_view begin = "source-";
    const std::string_view word = event.event;
    if (word == "source-done" || word == "source-failed" || word == "source-skipped")
        return word.substr(begin.size());
    return {};
}

std::map<int, double> fractions_of(const JobStatus& job) {
    std::map<int, double> fractions;
    for (const auto& rendition : job.renditions)
        fractions[rendition.crf] = rendition.fraction;
    return fractions;
}

std::vector<std::string> differences(const Status& before, const Status& now) {
    std::vector<std::string> changed;
    if (before.state != now.state)
        changed.emplace_back("State");
    if (before.holds != now.holds)
        changed.emplace_back("Holds");
    if (before.jobs.active != now.jobs.active)
        changed.emplace_back("ActiveJobs");
    if (before.jobs.waiting != now.jobs.waiting)
        changed.emplace_back("WaitingSources");
    return changed;
}

} // namespace

class DbusService::Parts final : public BusUser, public ManagerDoor {
public:
    Parts(const asio::any_io_executor& executor, Steering& steering, Clock& clock, Events& events);
    Awaitable<void> stop();

private:
    struct Shown {
        DbusJobView view;
        bool progressed = false;           ///< and nobody was told yet
        std::unique_ptr<JobObject> object; ///< none while there is no bus
    };
    using JobsSeen = std::map<std::string, JobStatus>; ///< by source, as text

    // the bus
    void come(sdbus::IConnection& connection) override;
    void leave() noexcept override;
    // its callers
    Status status() override { return steering_.status(); }
    void change(const sdbus::Message& call, sdbus::Result<>&& result,
                DbusCalls::Work work) override;
    void list(sdbus::Result<DbusJobs>&& result) override;
    Awaitable<DbusJobs> all_jobs();
    DbusJob row_of(const JobStatus& job) const;
    // what goes on
    void hear(const EventStatus& event);
    void hear_progress(const EventStatus& event);
    Awaitable<void> hear_of_changes();
    Awaitable<void> watch();
    Awaitable<void> look();
    Awaitable<JobsSeen> active_jobs();
    // what the bus is told of it
    void tell(const JobsSeen& seen);
    void take_away(const JobsSeen& seen);
    void show(const std::string& source, const JobStatus& job);
    void add(const std::string& source, const JobStatus& job);
    void tell_progress();
    template <typename Send>
    void send(Send send);
    void failed(const std::exception_ptr& failure);

    Steering& steering_;
    Clock& clock_;
    Events& events_;
    Notifier woken_;
    bool changed_ = true;     ///< since the last look
    bool progressed_ = false; ///< of some job
    Status told_;
    std::map<std::string, Shown> jobs_; ///< by source, as text
    unsigned last_number_ = 0;
    sdbus::IConnection* connection_ = nullptr;
    std::unique_ptr<ManagerObject> manager_;
    std::unique_ptr<DbusCalls> calls_;
    DbusLoop loop_;
    CoroutineScope work_;
    std::unique_ptr<Subscription> subscription_;
};

DbusService::DbusService(const asio::any_io_executor& executor, Steering& steering, Clock& clock,
                         Events& events)
    : parts_(std::make_unique<Parts>(executor, steering, clock, events)) {}

DbusService::~DbusService() = default;

Awaitable<void> DbusService::stop() {
    return parts_->stop();
}

DbusService::Parts::Parts(const asio::any_io_executor& executor, Steering& steering, Clock& clock,
                          Events& events)
    : steering_(steering),
      clock_(clock),
      events_(events),
      woken_(executor),
      loop_(executor, clock, events, *this),
      work_(executor, [this](const std::exception_ptr& failure) { failed(failure); }),
      subscription_(steering.subscribe("", [this](const EventStatus& event) { hear(event); })) {
    work_.start(loop_.run());
    work_.start(watch());
    work_.start(hear_of_changes());
}

Awaitable<void> DbusService::Parts::stop() {
    subscription_.reset();
    work_.cancel();
    co_await work_.wait();
}

void DbusService::Parts::failed(const std::exception_ptr& failure) {
    Event event;
    event.severity = Severity::error;
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        event.message = fmt::format("the system bus is served no more: {}", whole_reason(error));
    }
    events_.publish(event);
}

void DbusService::Parts::come(sdbus::IConnection& connection) {
    calls_ = std::make_unique<DbusCalls>(connection, steering_, work_, [this] { loop_.wake(); });
    manager_ = std::make_unique<ManagerObject>(connection, *this);
    for (auto& [source, job] : jobs_)
        job.object = std::make_unique<JobObject>(connection, job.view);
    connection_ = &connection;
    told_ = steering_.status();
}

void DbusService::Parts::leave() noexcept {
    connection_ = nullptr;
    for (auto& [source, job] : jobs_)
        job.object.reset();
    manager_.reset();
    calls_.reset();
}

void DbusService::Parts::change(const sdbus::Message& call, sdbus::Result<>&& result,
                                DbusCalls::Work work) {
    calls_->change(call, std::move(result), std::move(work));
}

void DbusService::Parts::list(sdbus::Result<DbusJobs>&& result) {
    calls_->list(std::move(result), [this] { return all_jobs(); });
}

Awaitable<DbusJobs> DbusService::Parts::all_jobs() {
    const auto jobs = co_await steering_.list("");
    DbusJobs rows;
    rows.reserve(jobs.size());
    for (const auto& job : jobs)
        rows.push_back(row_of(job));
    co_return rows;
}

DbusJob DbusService::Parts::row_of(const JobStatus& job) const {
    const DbusJobView view{0, dbus_source(job.source), job.state, fractions_of(job)};
    const auto shown = is_active(job) ? jobs_.find(job.source) : jobs_.end();
    const auto path = shown == jobs_.end() ? "/" : shown->second.view.path();
    return {view.source, view.state, view.progress(), dbus_text(job.error),
            sdbus::ObjectPath(path)};
}

void DbusService::Parts::hear(const EventStatus& event) {
    if (event.event == "progress")
        return hear_progress(event);
    if (const auto end = end_of(event); !end.empty() && event.source)
        send([&] { manager_->emitJobFinished(dbus_source(*event.source), std::string(end)); });
    changed_ = true;
    woken_.notify_all();
}

void DbusService::Parts::hear_progress(const EventStatus& event) {
    const auto job = event.source ? jobs_.find(*event.source) : jobs_.end();
    if (job == jobs_.end() || !event.crf || !event.fraction)
        return;
    auto& fraction = job->second.view.fractions[*event.crf];
    fraction = std::max(fraction, *event.fraction);
    job->second.progressed = true;
    progressed_ = true;
    woken_.notify_all();
}

Awaitable<void> DbusService::Parts::hear_of_changes() {
    for (;;) {
        co_await steering_.changed();
        changed_ = true;
        woken_.notify_all();
    }
}

Awaitable<void> DbusService::Parts::watch() {
    for (;;) {
        while (!changed_ && !progressed_)
            co_await woken_.wait();
        if (!loop_.is_behind()) {
            if (std::exchange(changed_, false))
                co_await look();
            progressed_ = false;
            tell_progress();
        }
        co_await clock_.wait_until(clock_.now() + between_looks);
    }
}

Awaitable<void> DbusService::Parts::look() {
    try {
        tell(co_await active_jobs());
    } catch (const Error&) {
        // Of the ledger, whose owner says it. The next look is soon enough.
        changed_ = true;
    }
}

Awaitable<DbusService::Parts::JobsSeen> DbusService::Parts::active_jobs() {
    JobsSeen seen;
    for (const char* state : active_states) {
        auto jobs = co_await steering_.list(state);
        for (auto& job : jobs)
            seen.insert_or_assign(job.source, std::move(job));
    }
    co_return seen;
}

void DbusService::Parts::tell(const JobsSeen& seen) {
    take_away(seen);
    for (const auto& [source, job] : seen)
        show(source, job);
    auto now = steering_.status();
    if (const auto changed = differences(told_, now); !changed.empty())
        send([&] { manager_->tell_changed(changed); });
    told_ = std::move(now);
}

void DbusService::Parts::take_away(const JobsSeen& seen) {
    for (auto job = jobs_.begin(); job != jobs_.end();) {
        if (seen.contains(job->first)) {
            ++job;
            continue;
        }
        if (auto& object = job->second.object)
            send([&] { object->emitInterfacesRemovedSignal(); });
        job = jobs_.erase(job);
    }
}

void DbusService::Parts::show(const std::string& source, const JobStatus& job) {
    const auto known = jobs_.find(source);
    if (known == jobs_.end())
        return add(source, job);
    auto& view = known->second.view;
    const auto before = std::exchange(view.state, job.state);
    auto fractions = fractions_of(job);
    known->second.progressed |= fractions != view.fractions;
    view.fractions = std::move(fractions);
    if (auto& object = known->second.object; object && before != job.state)
        send([&] { object->tell_changed({"State"}); });
}

void DbusService::Parts::add(const std::string& source, const JobStatus& job) {
    auto& shown = jobs_[source];
    shown.view = {++last_number_, dbus_source(source), job.state, fractions_of(job)};
    send([&] {
        shown.object = std::make_unique<JobObject>(*connection_, shown.view);
        shown.object->emitInterfacesAddedSignal();
    });
}

void DbusService::Parts::tell_progress() {
    for (auto& [source, job] : jobs_)
        if (std::exchange(job.progressed, false) && job.object)
            send([&object = *job.object] { object.tell_changed({"Progress"}); });
}

/// Nothing is sent while there is no bus.
template <typename Send>
void DbusService::Parts::send(Send send) {
    if (connection_ == nullptr)
        return;
    try {
        send();
    } catch (const sdbus::Error&) {
        // A connection that broke: its loop learns of it, and starts anew.
    }
    loop_.wake();
}

} // namespace av1encd
