#include "daemon/system/ffmpeg_processes.hpp"

#include "common/error.hpp"
#include "daemon/system/child_process.hpp"
#include "daemon/system/file_rules.hpp"
#include "daemon/system/kept_lines.hpp"
#include "daemon/system/process_activity.hpp"
#include "daemon/system/process_priority.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <csignal>
#include <exception>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <utility>

namespace av1encd {

namespace asio = boost::asio;
using SteadyTime = std::chrono::steady_clock::time_point;
using Span = SteadyTime::duration;

// One child on its way, and how long it really ran.
class FfmpegProcesses::Run {
public:
    Run(FfmpegProcesses& owner, const ProcessRequest& request)
        : owner_(owner),
          request_(request),
          child_(owner.executor_, owner.command_of(request)),
          place_(owner.runs_.insert(owner.runs_.end(), this)),
          resumed_at_(std::chrono::steady_clock::now()) {
        if (owner.suspended_)
            suspend();
    }
    ~Run() {
        owner_.runs_.erase(place_);
        owner_.run_ended_.cancel();
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    ChildProcess& child() { return child_; }

    void suspend() {
        child_.signal_group(SIGSTOP);
        ran_ = running_time();
        stopped_ = true;
    }

    void resume() {
        child_.signal_group(SIGCONT);
        resumed_at_ = std::chrono::steady_clock::now();
        stopped_ = false;
    }

    Span running_time() const {
        return stopped_ ? ran_ : ran_ + (std::chrono::steady_clock::now() - resumed_at_);
    }

    std::vector<std::string> take_stderr() { return stderr_.take(); }
    const std::string& stall() const { return stall_; }
    bool is_cleaned_up() const { return cleaned_up_; }

    void clean_up() {
        cleaned_up_ = true;
        child_.signal_group(SIGKILL);
    }

    std::uint64_t data_bytes() const { return data_bytes_; }

    void end_stalled(std::string what_was_seen) {
        note_memory(data_bytes_of_group(child_.pid()));
        stall_ = std::move(what_was_seen);
        child_.signal_group(SIGKILL);
    }

    /// Until the pipes are at their end, or overdue, and the child has exited.
    Awaitable<void> until_over() {
        using namespace asio::experimental::awaitable_operators;
        co_await ((read_stdout() && read_stderr()) || pipes_overdue() || kill_once_stalled());
        co_await child_.exited();
        if (listener_failure_)
            std::rethrow_exception(listener_failure_);
    }

private:
    template <typename Take>
    Awaitable<void> read_to_end(asio::posix::stream_descriptor& pipe, Take take) {
        std::array<char, 65'536> buffer;
        boost::system::error_code error;
        for (;;) {
            const auto count = co_await pipe.async_read_some(
                asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
            if (error)
                break; // at its end, or cancelled since it is overdue
            pass_on(std::string_view(buffer.data(), count), take);
        }
    }

    // `||` waits on for its other side when one throws, so what a listener throws ends the child,
    // and comes out once that is over.
    template <typename Take>
    void pass_on(std::string_view text, Take& take) {
        spoken_at_ = running_time();
        if (listener_failure_)
            return;
        try {
            take(text);
        } catch (...) {
            listener_failure_ = std::current_exception();
            child_.signal_group(SIGKILL);
        }
    }

    void note_memory(std::uint64_t bytes) { data_bytes_ = std::max(data_bytes_, bytes); }

    // What it writes as it works may come in floods.
    void look_at_memory_at_times() {
        constexpr std::chrono::milliseconds apart{100};
        if (memory_seen_at_ && spoken_at_ - *memory_seen_at_ < apart)
            return;
        memory_seen_at_ = spoken_at_;
        note_memory(data_bytes_of(child_.pid()));
    }

    Awaitable<void> read_stdout() {
        if (!child_.out().is_open())
            co_return;
        co_await read_to_end(child_.out(), [this](std::string_view text) {
            look_at_memory_at_times();
            if (request_.on_stdout)
                request_.on_stdout(text);
        });
    }

    Awaitable<void> read_stderr() {
        co_await read_to_end(child_.err(), [this](std::string_view text) {
            // One that dies for lack of memory mostly says so first, and is still there then.
            note_memory(data_bytes_of(child_.pid()));
            stderr_.add(text);
            complained_ = true;
        });
    }

    Awaitable<void> pipes_overdue() {
        co_await child_.exited();
        asio::steady_timer patience(owner_.executor_, owner_.patience_.pipes);
        co_await patience.async_wait(asio::use_awaitable);
    }

    Awaitable<void> kill_once_stalled() {
        IdleWatch watch(child_.pid(), owner_.patience_, running_time());
        asio::steady_timer timer(owner_.executor_);
        for (;;) {
            timer.expires_after(owner_.patience_.between_looks);
            co_await timer.async_wait(asio::use_awaitable);
            if (stopped_)
                continue;
            note_memory(data_bytes_of_group(child_.pid()));
            if (auto what_was_seen = watch.look(running_time(), spoken_at_, complained_))
                co_return end_stalled(std::move(*what_was_seen));
        }
    }

    FfmpegProcesses& owner_;
    const ProcessRequest& request_;
    KeptLines stderr_;
    std::exception_ptr listener_failure_;
    ChildProcess child_;
    std::list<Run*>::iterator place_;
    SteadyTime resumed_at_;
    Span ran_{};       ///< before it was last stopped
    Span spoken_at_{}; ///< in running time
    std::optional<Span> memory_seen_at_;
    std::uint64_t data_bytes_ = 0;
    bool stopped_ = false;
    bool complained_ = false;
    std::string stall_;
    bool cleaned_up_ = false;
};

namespace {

void set_end(ProcessOutcome& outcome, const ChildEnd& end) {
    if (WIFEXITED(end.wait_status))
        outcome.exit_status = WEXITSTATUS(end.wait_status);
    else
        outcome.signal = WTERMSIG(end.wait_status);
    outcome.cpu_time = end.cpu_time;
    outcome.peak_memory_bytes = end.peak_memory_bytes;
}

} // namespace

FfmpegProcesses::FfmpegProcesses(asio::any_io_executor executor, FfmpegPaths paths,
                                 Patience patience)
    : executor_(std::move(executor)),
      paths_(std::move(paths)),
      patience_(patience),
      run_ended_(executor_, SteadyTime::max()) {}

ChildCommand FfmpegProcesses::command_of(const ProcessRequest& request) const {
    const auto& command = request.command;
    ConfinementWishes confinement{&calls_, request.reach, paths_.own_places,
                                  memory_limit_of(request)};
    return {command.program == Program::ffmpeg ? paths_.ffmpeg : paths_.ffprobe,
            command.arguments,
            command.environment,
            request.priority,
            request.stdout_file,
            std::move(confinement)};
}

std::optional<std::uint64_t> FfmpegProcesses::memory_limit_of(const ProcessRequest& request) const {
    if (!paths_.memory || !request.memory_limit)
        return request.memory_limit;
    return *paths_.memory > 0 ? paths_.memory : std::nullopt;
}

std::vector<std::string> FfmpegProcesses::what_is_not_confined() const {
    std::vector<std::string> missing;
    if (const auto reason = why_no_file_rules())
        missing.push_back(fmt::format("ffmpeg may reach every file that av1encd may: {}", *reason));
    if (const auto& reason = calls_.why_missing())
        missing.push_back(fmt::format("ffmpeg may use the network: {}", *reason));
    return missing;
}

FfmpegProcesses::~FfmpegProcesses() {
    assert(runs_.empty());
}

Awaitable<ProcessOutcome> FfmpegProcesses::run(ProcessRequest request) {
    ProcessOutcome outcome;
    if (cleaned_up_) {
        outcome.cleaned_up = true;
        co_return outcome;
    }
    std::optional<Run> run;
    try {
        run.emplace(*this, request);
    } catch (const Error& error) {
        outcome.start_error = error.what();
        co_return outcome;
    }
    std::exception_ptr failure;
    try {
        if (request.on_start)
            request.on_start(run->child().pid());
        co_await run->until_over();
    } catch (...) {
        failure = std::current_exception();
    }
    outcome.running_time =
        std::chrono::duration_cast<std::chrono::milliseconds>(run->running_time());
    // Cancelled, an await would throw before the end is waited for, and the destructor block on it.
    const bool would_throw = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    set_end(outcome, co_await run->child().end());
    co_await asio::this_coro::throw_if_cancelled(would_throw);
    outcome.stall = run->stall();
    outcome.cleaned_up = run->is_cleaned_up();
    outcome.memory_limit_bytes = memory_limit_of(request).value_or(0);
    outcome.data_bytes = run->data_bytes();
    outcome.stderr_lines = run->take_stderr();
    if (failure) {
        const auto state = co_await asio::this_coro::cancellation_state;
        // `&&` and `||` wrap what they throw, and their wrapping is nobody's business.
        if (state.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
        std::rethrow_exception(failure);
    }
    co_return outcome;
}

void FfmpegProcesses::suspend_all() {
    if (std::exchange(suspended_, true))
        return;
    for (auto* run : runs_)
        run->suspend();
}

void FfmpegProcesses::continue_all() {
    cleaned_up_ = false;
    if (!std::exchange(suspended_, false))
        return;
    for (auto* run : runs_)
        run->resume();
}

int FfmpegProcesses::running() const {
    return static_cast<int>(runs_.size());
}

Awaitable<int> FfmpegProcesses::clean_up() {
    cleaned_up_ = suspended_;
    const int count = running();
    for (auto* run : runs_)
        run->clean_up();
    while (any_cleaned_up()) {
        boost::system::error_code woken;
        co_await run_ended_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    co_return count;
}

bool FfmpegProcesses::any_cleaned_up() const {
    return std::ranges::any_of(runs_, [](const Run* run) { return run->is_cleaned_up(); });
}

void FfmpegProcesses::end_stalled(pid_t pid, std::string what_was_seen) {
    for (auto* run : runs_)
        if (run->child().pid() == pid) {
            const bool stopped = activity_of_group(pid).stopped;
            return run->end_stalled(what_was_seen +
                                    (stopped ? ", as it was stopped by somebody else," : ""));
        }
}

CpuTimes FfmpegProcesses::cpu_times(pid_t pid) const {
    return cpu_times_of_group(pid);
}

std::optional<std::string> FfmpegProcesses::set_priority(pid_t pid, int nice, CpuPolicy policy) {
    return set_group_priority(pid, nice, policy);
}

} // namespace av1encd
