#pragma once
// ffmpeg and ffprobe as child processes: run to the end, stopped and continued all together.
//
// Owned by Daemon, used on the loop's thread only. A run ends when the child has exited and both
// pipes are at their end; grandchildren that hold a pipe open are given `pipe_patience` after the
// exit, then killed. At most 2,200 lines of stderr are kept, none longer than 4 KiB.

#include "daemon/pipeline/ports/processes.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <filesystem>
#include <list>

namespace av1encd {

struct FfmpegPaths {
    std::filesystem::path ffmpeg;
    std::filesystem::path ffprobe;
};

/// Both as found in PATH. Throws ConfigError that names the package to install.
FfmpegPaths find_ffmpeg();

class FfmpegProcesses final : public Processes {
public:
    FfmpegProcesses(boost::asio::any_io_executor executor, FfmpegPaths paths,
                    std::chrono::milliseconds pipe_patience = std::chrono::seconds(2));
    ~FfmpegProcesses() override;

    Awaitable<ProcessOutcome> run(ProcessRequest request) override;
    void suspend_all() override;
    void continue_all() override;
    int running() const override;

private:
    class Run;
    friend class Run;

    boost::asio::any_io_executor executor_;
    FfmpegPaths paths_;
    std::chrono::milliseconds pipe_patience_;
    bool suspended_ = false;
    std::list<Run*> runs_; ///< each lives in the frame of its run()
};

} // namespace av1encd
