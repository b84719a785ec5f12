#include "daemon/daemon.hpp"

#include "daemon/config_file/config_loader.hpp"
#include "daemon/config_file/config_writer.hpp"
#include "daemon/control/control_server.hpp"
#include "daemon/control/dbus_service.hpp"
#include "daemon/control/pipeline_steering.hpp"
#include "daemon/control/service_report.hpp"
#include "daemon/core/encode_settings.hpp"
#include "daemon/pipeline/claimer.hpp"
#include "daemon/pipeline/context.hpp"
#include "daemon/pipeline/core_watch.hpp"
#include "daemon/pipeline/cpu_watch.hpp"
#include "daemon/pipeline/event_hub.hpp"
#include "daemon/pipeline/finish_boost.hpp"
#include "daemon/pipeline/jobs.hpp"
#include "daemon/pipeline/log_handover.hpp"
#include "daemon/pipeline/reconciler.hpp"
#include "daemon/pipeline/schedule_watch.hpp"
#include "daemon/pipeline/share_gate.hpp"
#include "daemon/pipeline/stall_watcher.hpp"
#include "daemon/pipeline/worker_count.hpp"
#include "daemon/system/disk_thread.hpp"
#include "daemon/system/ffmpeg_check.hpp"
#include "daemon/system/ffmpeg_processes.hpp"
#include "daemon/system/logging.hpp"
#include "daemon/system/machine_identity.hpp"
#include "daemon/system/memory_pressure.hpp"
#include "daemon/system/process_table.hpp"
#include "daemon/system/service_manager.hpp"
#include "daemon/system/share_client.hpp"
#include "daemon/system/sqlite_ledger.hpp"
#include "daemon/system/system_clock.hpp"
#include "daemon/system/work_files.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <sstream>
#include <unistd.h>

namespace av1encd {

using namespace boost::asio::experimental::awaitable_operators;
namespace asio = boost::asio;

namespace {

constexpr int transfers_at_once = 2;
// The share may be away: what is not handed over in time goes with the next start.
constexpr std::chrono::seconds last_handover{5};

ShareClientOptions share_options(const Config& config, const std::string& machine) {
    ShareClientOptions options;
    options.helper = share_helper_program();
    options.root = config.share.root;
    options.output = output_root(config.share);
    options.machine = machine;
    options.extensions = config.share.extensions;
    options.require_mount = config.share.require_mount;
    return options;
}

/// What no daemon should do: only a test of the service manager's watchdog asks for it, by SIGUSR2
/// with AV1ENCD_TEST_HANG_LOOP in the daemon's environment.
[[noreturn]] void hang() {
    for (;;)
        ::pause();
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream rest(text);
    for (std::string line; std::getline(rest, line);)
        lines.push_back(line);
    return lines;
}

} // namespace

/// In the order in which they start; the destructors end them the other way round.
class Daemon::Parts {
public:
    Parts(Config config, CommandLine command_line);
    int run();

private:
    // start
    Awaitable<void> live();
    Awaitable<void> learn_encoders();
    void watch_the_machine();
    ControlAddress control_address();
    Awaitable<void> work();
    Awaitable<void> hear_signals();
    Awaitable<void> end_when_nothing_is_left();
    // reload
    void reload(const std::string& who);
    void reload_by_signal();
    void follow_cores(int before, int now);
    // stop
    void fail(const std::exception_ptr& failure);
    void begin_stop();
    Awaitable<void> stop();
    Awaitable<void> hand_over_last_logs();

    void say(EventKind kind, Severity severity, std::string message);
    Context make_context();

    Config config_;
    CommandLine command_line_;
    asio::io_context io_{1};
    asio::any_io_executor executor_ = io_.get_executor();
    asio::signal_set signals_{io_, SIGTERM, SIGINT, SIGHUP};
    SystemServiceManager service_manager_;
    MachineIdentity machine_;
    DiskThread disk_thread_;
    WorkFiles work_files_;
    EventLog log_;
    EventHub hub_;
    EventHub::Listener log_listener_;
    SystemClock clock_;
    SystemProcessTable process_table_;
    FfmpegProcesses processes_;
    PressureFile memory_pressure_;
    SqliteLedger ledger_;
    Pauser pauser_;
    CpuWatch cpu_watch_;
    ScheduleWatch schedule_watch_;
    CoreWatch core_watch_;
    ShareClient share_client_;
    ShareGate share_;
    Slots slots_;
    DiskHold disk_hold_;
    Tally tally_;
    StallWatcher stall_watcher_;
    FinishBoost finish_boost_;
    Places transfers_;
    Context context_;
    Jobs jobs_;
    Claimer claimer_;
    LogHandover log_handover_;
    PipelineSteering steering_;
    ServiceReport service_report_;
    FfmpegFacts ffmpeg_;
    Phase phase_ = Phase::starting;
    int exit_status_ = 0;
    std::exception_ptr failure_;
    CoroutineScope parts_;     ///< everything but the next two
    CoroutineScope handovers_; ///< of logs: one that is cut short leaves its part on the share
    CoroutineScope ending_;    ///< the stop
    ControlServer server_;
    DbusService dbus_service_;
};

Daemon::Daemon(Config config, CommandLine command_line)
    : parts_(std::make_unique<Parts>(std::move(config), std::move(command_line))) {}

Daemon::~Daemon() = default;

int Daemon::run() {
    return parts_->run();
}

Daemon::Parts::Parts(Config config, CommandLine command_line)
    : config_(std::move(config)),
      command_line_(std::move(command_line)),
      machine_(config_.machine_id),
      work_files_(config_.work_dir, disk_thread_),
      log_(config_.work_dir / "logs", machine_.name(), config_.log.level),
      log_listener_(hub_, [this](const Event& event) { log_.publish(event); }),
      clock_(executor_),
      processes_(executor_, find_ffmpeg()),
      memory_pressure_(executor_),
      ledger_(config_.work_dir / "ledger.db", disk_thread_),
      pauser_(executor_, config_.pause, processes_, memory_pressure_, ledger_, clock_, hub_),
      cpu_watch_(executor_, config_, process_table_, pauser_, clock_, hub_),
      schedule_watch_(executor_, config_, pauser_, clock_),
      core_watch_(machine_, clock_, [this](int before, int now) { follow_cores(before, now); }),
      share_client_(executor_, share_options(config_, machine_.name())),
      share_(executor_, share_client_, pauser_, ledger_, clock_,
             fmt::format("{} and {}", config_.share.root.native(), config_.share.output)),
      slots_(executor_, pauser_, workers_at_start(config_, machine_)),
      disk_hold_(pauser_, work_files_, share_, clock_),
      stall_watcher_(executor_, slots_, pauser_, processes_, clock_, hub_),
      finish_boost_(config_, slots_, tally_, processes_, hub_),
      transfers_(executor_, transfers_at_once, [] { return true; }),
      context_(make_context()),
      jobs_(context_, [this](const std::exception_ptr& failure) { fail(failure); }),
      claimer_(context_, jobs_),
      log_handover_(executor_, log_, share_),
      steering_(context_, jobs_, claimer_, share_, hub_,
                {[this] { return phase_; }, [this](const std::string& who) { reload(who); },
                 [this] { return to_yaml(config_); }, AV1ENCD_VERSION}),
      service_report_(executor_, service_manager_, steering_, hub_, jobs_.changed(), clock_),
      parts_(executor_, [this](const std::exception_ptr& failure) { fail(failure); }),
      handovers_(executor_, [this](const std::exception_ptr& failure) { fail(failure); }),
      ending_(executor_),
      server_(executor_, control_address(), steering_),
      dbus_service_(executor_, steering_, clock_, hub_) {}

Context Daemon::Parts::make_context() {
    return {executor_, config_, share_, ledger_,    processes_, work_files_, machine_, clock_,
            hub_,      pauser_, slots_, disk_hold_, tally_,     transfers_,  {}};
}

int Daemon::Parts::run() {
    parts_.start(live());
    parts_.start(hear_signals());
    io_.run();
    if (failure_)
        std::rethrow_exception(failure_);
    return exit_status_;
}

ControlAddress Daemon::Parts::control_address() {
    auto passed = service_manager_.take_control_socket();
    if (!passed)
        return config_.control_socket;
    const auto path = path_of_socket(passed->get());
    if (path && *path != config_.control_socket)
        say(EventKind::note, Severity::warning,
            fmt::format("listens on the service manager's {}, not on control_socket {}: set "
                        "ListenStream= of av1encd.socket to the same",
                        path->native(), config_.control_socket.native()));
    return ActivatedSocket{passed->release()};
}

Awaitable<void> Daemon::Parts::live() {
    service_report_.begin();
    say(EventKind::started, Severity::info,
        fmt::format("av1encd {} starts as {} on {}", AV1ENCD_VERSION, machine_.name(),
                    config_.share.root.native()));
    for (const auto& sentence : processes_.what_is_not_confined())
        say(EventKind::note, Severity::info, sentence);
    co_await learn_encoders();
    steering_.set_counts_before(co_await ledger_.counts());
    co_await pauser_.load();
    pauser_.on_change([this, was = false]() mutable {
        const bool suspended = pauser_.holds().suspends_tasks();
        if (suspended && !was)
            log_handover_.request();
        was = suspended;
    });
    pauser_.on_clean_up([this] { log_handover_.request(); });
    jobs_.on_chunk_done([this](int) { log_handover_.request(); });
    if (const auto reason = memory_pressure_.why_silent())
        say(EventKind::note, Severity::debug,
            fmt::format("no clean-up when memory runs short, as the kernel does not tell: {}",
                        *reason));
    parts_.start(pauser_.run());
    parts_.start(stall_watcher_.run());
    parts_.start(share_.keep_open());
    watch_the_machine();
    co_await work();
}

void Daemon::Parts::watch_the_machine() {
    parts_.start(schedule_watch_.run());
    parts_.start(cpu_watch_.run());
    parts_.start(core_watch_.run());
}

Awaitable<void> Daemon::Parts::learn_encoders() {
    // A job under way keeps its encoder, and segments of the same version are used again.
    std::set<std::string> of_jobs;
    const auto open = co_await ledger_.open_jobs();
    for (const auto& details : open)
        if (const auto encode = encode_settings_from(details.job.settings))
            of_jobs.insert(to_string(encode->encoder));
    ffmpeg_ = co_await check_ffmpeg(processes_, config_.encode, std::move(of_jobs));
    context_.versions = versions_of(ffmpeg_);
    for (const auto& warning : ffmpeg_.warnings)
        say(EventKind::note, Severity::warning, warning);
}

Awaitable<void> Daemon::Parts::work() {
    co_await reconcile(context_, jobs_, claimer_);
    phase_ = Phase::serving;
    service_report_.look();
    // Not before: reconciling removes this machine's parts, those of a log on its way too.
    handovers_.start(log_handover_.run());
    parts_.start(claimer_.run());
    parts_.start(claimer_.watch());
    if (command_line_.once)
        parts_.start(end_when_nothing_is_left());
}

Awaitable<void> Daemon::Parts::hear_signals() {
    if (std::getenv("AV1ENCD_TEST_HANG_LOOP") != nullptr)
        signals_.add(SIGUSR2);
    for (;;) {
        const int signal = co_await signals_.async_wait(asio::use_awaitable);
        if (signal == SIGUSR2)
            hang();
        if (signal != SIGHUP)
            co_return begin_stop();
        reload_by_signal();
    }
}

Awaitable<void> Daemon::Parts::end_when_nothing_is_left() {
    const auto is_over = [this] {
        return claimer_.nothing_left() && jobs_.active() == 0 && pauser_.holds().all().empty();
    };
    while (!is_over())
        co_await jobs_.changed().wait();
    exit_status_ = jobs_.ended().failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    begin_stop();
}

void Daemon::Parts::reload(const std::string& who) {
    auto wanted = load_config(command_line_.config);
    apply(command_line_, wanted);
    if (const auto keys = keys_that_need_restart(config_, wanted); !keys.empty())
        throw ConfigError(fmt::format("{}: {} needs a restart", command_line_.config.native(),
                                      fmt::join(keys, ", ")));
    require_encoder(ffmpeg_, wanted.encode);
    config_ = std::move(wanted);
    log_.set_level(config_.log.level);
    share_client_.set_extensions(config_.share.extensions);
    share_client_.set_require_mount(config_.share.require_mount);
    follow_workers(context_);
    schedule_watch_.reload();
    cpu_watch_.reload();
    pauser_.follow_config();
    finish_boost_.follow_config();
    claimer_.scan_soon();
    say(EventKind::reloaded, Severity::notice, fmt::format("configuration reloaded by {}", who));
}

void Daemon::Parts::reload_by_signal() {
    try {
        reload("SIGHUP");
    } catch (const Error& error) {
        Event event;
        event.kind = EventKind::note;
        event.severity = Severity::error;
        event.message = "not reloaded, the configuration stays as it was:";
        event.details = lines_of(whole_reason(error));
        hub_.publish(event);
    }
}

void Daemon::Parts::follow_cores(int before, int now) {
    follow_workers(context_);
    say(EventKind::note, Severity::notice,
        fmt::format("cores: {}, before {}; slots: {}", now, before, slots_.count()));
}

void Daemon::Parts::fail(const std::exception_ptr& failure) {
    if (!failure_)
        failure_ = failure;
    begin_stop();
}

void Daemon::Parts::begin_stop() {
    if (phase_ == Phase::stopping)
        return;
    phase_ = Phase::stopping;
    // A second signal has its default effect: it kills, and the kernel takes the children along.
    signals_.clear();
    say(EventKind::stopping, Severity::info, "stops");
    ending_.start(stop());
}

Awaitable<void> Daemon::Parts::stop() {
    // Helpers of the share stay for the last logs; everything else ends here.
    parts_.cancel();
    co_await parts_.wait();
    co_await jobs_.stop();
    co_await hand_over_last_logs();
    handovers_.cancel();
    co_await handovers_.wait();
    co_await dbus_service_.stop();
    co_await server_.stop();
    co_await service_report_.stop();
}

Awaitable<void> Daemon::Parts::hand_over_last_logs() {
    if (!share_.is_open())
        co_return;
    co_await (log_handover_.hand_over() || clock_.wait_until(clock_.now() + last_handover));
}

void Daemon::Parts::say(EventKind kind, Severity severity, std::string message) {
    Event event;
    event.kind = kind;
    event.severity = severity;
    event.message = std::move(message);
    hub_.publish(event);
}

} // namespace av1encd
