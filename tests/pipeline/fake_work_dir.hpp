#pragma once
// A work_dir in memory.

#include "daemon/pipeline/ports/work_dir.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace av1encd::test {

/// Files are names with sizes and texts; nothing is on a disk.
class FakeWorkDir final : public WorkDir {
public:
    std::map<std::filesystem::path, std::string> files;
    std::uint64_t free = 1ULL << 40;
    std::uint64_t total = 1ULL << 40;

    std::filesystem::path job_folder(JobId job) override;
    std::filesystem::path new_part(const std::filesystem::path& final_path) override;
    Awaitable<void> commit(std::filesystem::path part, std::filesystem::path final_path) override;
    void remove(const std::filesystem::path& file) override { files.erase(file); }
    Awaitable<void> remove_job(JobId job) override;
    Awaitable<void> clean(std::vector<JobId> keep) override;
    std::optional<std::uint64_t> size_of(const std::filesystem::path& file) override;
    Awaitable<std::string> read(std::filesystem::path file, std::uint64_t offset,
                                std::size_t most) override;
    Awaitable<void> write(std::filesystem::path file, std::string text) override;
    std::uint64_t free_bytes() override { return free; }
    std::uint64_t total_bytes() override { return total; }

private:
    int parts_ = 0;
};

} // namespace av1encd::test
