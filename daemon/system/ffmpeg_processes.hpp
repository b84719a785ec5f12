#pragma once
// ffmpeg and ffprobe as child processes: run to the end, stopped and continued all together, each
// confined to what its request names (Confinement).
//
// Owned by Daemon, used on the loop's thread only. A run ends when the child has exited and both
// pipes are at their end; grandchildren that hold a pipe open are given `Patience::pipes` after the
// exit, then killed. A child that complained, and then says nothing while all its threads sleep for
// `Patience::stall` of time not suspended, is killed: SVT-AV1 1.4.1 never ends where ffmpeg could
// not write the header. One that never complained, or that somebody else stopped, is given
// `Patience::silence`. At most 2,200 lines of stderr are kept, none longer than 4 KiB.

#include "daemon/pipeline/ports/processes.hpp"
#include "daemon/system/child_process.hpp"
#include "daemon/system/find_ffmpeg.hpp"
#include "daemon/system/idle_watch.hpp"
#include "daemon/system/syscall_filter.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <list>
#include <string>
#include <vector>

namespace av1encd {

class FfmpegProcesses final : public Processes {
public:
    FfmpegProcesses(boost::asio::any_io_executor executor, FfmpegPaths paths,
                    Patience patience = {});
    ~FfmpegProcesses() override;

    Awaitable<ProcessOutcome> run(ProcessRequest request) override;
    void suspend_all() override;
    void continue_all() override;
    int running() const override;
    Awaitable<int> clean_up() override;
    void end_stalled(pid_t pid, std::string what_was_seen) override;
    CpuTimes cpu_times(pid_t pid) const override;
    std::optional<std::string> set_priority(pid_t pid, int nice, CpuPolicy policy) override;

    /// What this kernel cannot keep them from, one sentence each.
    std::vector<std::string> what_is_not_confined() const;

private:
    class Run;
    friend class Run;
    ChildCommand command_of(const ProcessRequest& request) const;
    std::optional<std::uint64_t> memory_limit_of(const ProcessRequest& request) const;
    bool any_cleaned_up() const;

    boost::asio::any_io_executor executor_;
    FfmpegPaths paths_;
    SyscallFilter calls_;
    Patience patience_;
    bool suspended_ = false;
    bool cleaned_up_ = false;             ///< since it is suspended
    std::list<Run*> runs_;                ///< each lives in the frame of its run()
    boost::asio::steady_timer run_ended_; ///< never expires; cancelling it is the wake-up
};

} // namespace av1encd
