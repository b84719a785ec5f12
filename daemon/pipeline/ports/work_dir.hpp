#pragma once
// The door to this machine's own files: jobs/<id>/{source,frame_times,audio,<crf>/<start>} below
// work_dir. A file that was not committed does not outlive the daemon's next start. Failures throw
// Error; a full disk throws DiskFullError.

#include "common/error.hpp"
#include "daemon/core/job.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace av1encd {

template <typename T>
using Awaitable = boost::asio::awaitable<T>;

class DiskFullError : public Error {
public:
    using Error::Error;
};

class WorkDir {
public:
    virtual ~WorkDir() = default;

    /// jobs/<id>, made where it is missing.
    virtual std::filesystem::path job_folder(JobId job) = 0;
    /// A name in the same folder that no earlier attempt used: `<final>.<random>.part`. The folder
    /// is made.
    virtual std::filesystem::path new_part(const std::filesystem::path& final_path) = 0;
    /// Flushes the part, renames it to its final name (replacing), flushes the folder.
    virtual Awaitable<void> commit(std::filesystem::path part,
                                   std::filesystem::path final_path) = 0;
    /// No complaint where it is not there.
    virtual void remove(const std::filesystem::path& file) = 0;
    virtual Awaitable<void> remove_job(JobId job) = 0;
    /// Removes every part, and every folder of a job that is not in `keep`.
    virtual Awaitable<void> clean(std::vector<JobId> keep) = 0;

    virtual std::optional<std::uint64_t> size_of(const std::filesystem::path& file) = 0;
    /// At most `most` bytes from `offset` on; empty at the end. Read off the loop's thread.
    virtual Awaitable<std::string> read(std::filesystem::path file, std::uint64_t offset,
                                        std::size_t most) = 0;
    /// A small file, made and flushed.
    virtual Awaitable<void> write(std::filesystem::path file, std::string text) = 0;

    virtual std::uint64_t free_bytes() = 0;
    virtual std::uint64_t total_bytes() = 0;
};

} // namespace av1encd
