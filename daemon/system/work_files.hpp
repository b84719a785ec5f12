#pragma once
// The files below work_dir. What was committed is on the disk under its final name, whole; what was
// not is a `.part` and gone after the next clean().
//
// Owned by Daemon. Holds the lock of the folder as long as it lives; the kernel releases it with
// the process, however that ends. Flushing and reading happen on the DiskThread, the rest are calls
// of microseconds on a local disk.

#include "daemon/pipeline/ports/work_dir.hpp"
#include "daemon/system/disk_thread.hpp"
#include "daemon/system/work_dir_lock.hpp"

#include <filesystem>

namespace av1encd {

class WorkFiles final : public WorkDir {
public:
    /// Makes the folders where they are missing. Throws WorkDirInUse where another av1encd works
    /// in it, Error where it cannot be used.
    WorkFiles(const std::filesystem::path& work_dir, DiskThread& disk);
    ~WorkFiles() override;

    std::filesystem::path job_folder(JobId job) override;
    std::filesystem::path new_part(const std::filesystem::path& final_path) override;
    Awaitable<void> commit(std::filesystem::path part, std::filesystem::path final_path) override;
    void remove(const std::filesystem::path& file) override;
    Awaitable<void> remove_job(JobId job) override;
    Awaitable<void> clean(std::vector<JobId> keep) override;

    std::optional<std::uint64_t> size_of(const std::filesystem::path& file) override;
    Awaitable<std::string> read(std::filesystem::path file, std::uint64_t offset,
                                std::size_t most) override;
    Awaitable<void> write(std::filesystem::path file, std::string text) override;

    std::uint64_t free_bytes() override;
    std::uint64_t total_bytes() override;

private:
    std::filesystem::path path_of(JobId job) const;

    std::filesystem::path work_dir_;
    std::filesystem::path jobs_;
    WorkDirLock lock_;
    DiskThread& disk_;
};

} // namespace av1encd
