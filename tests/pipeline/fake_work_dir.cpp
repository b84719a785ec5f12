#include "tests/pipeline/fake_work_dir.hpp"

#include <fmt/format.h>

#include <utility>

namespace av1encd::test {

std::filesystem::path FakeWorkDir::job_folder(JobId job) {
    return fmt::format("/work_dir/jobs/{}", job.value);
}

std::filesystem::path FakeWorkDir::new_part(const std::filesystem::path& final_path) {
    return fmt::format("{}.{}.part", final_path.native(), ++parts_);
}

Awaitable<void> FakeWorkDir::commit(std::filesystem::path part, std::filesystem::path final_path) {
    auto node = files.extract(part);
    files[final_path] = node.empty() ? "made" : node.mapped();
    co_return;
}

Awaitable<void> FakeWorkDir::remove_job(JobId job) {
    const auto folder = job_folder(job).native() + "/";
    std::erase_if(files, [&](const auto& file) { return file.first.native().starts_with(folder); });
    co_return;
}

Awaitable<void> FakeWorkDir::clean(std::vector<JobId>) {
    std::erase_if(files, [](const auto& file) { return file.first.extension() == ".part"; });
    co_return;
}

std::optional<std::uint64_t> FakeWorkDir::size_of(const std::filesystem::path& file) {
    const auto found = files.find(file);
    if (found == files.end())
        return std::nullopt;
    return found->second.size();
}

Awaitable<std::string> FakeWorkDir::read(std::filesystem::path file, std::uint64_t offset,
                                         std::size_t most) {
    const auto& text = files.at(file);
    co_return offset < text.size() ? text.substr(offset, most) : std::string();
}

Awaitable<void> FakeWorkDir::write(std::filesystem::path file, std::string text) {
    files[file] = std::move(text);
    co_return;
}

} // namespace av1encd::test
