#pragma once
// A file of the share that appears under its final name complete and flushed, or not at all:
// written as `.<random>.<machine>.part` in the same folder, under a new name each time.
//
// Destroyed without commit(): the part is removed. After a crash tidying finds it by its name.

#include "common/unique_fd.hpp"
#include "daemon/share_helper/safe_rename.hpp"
#include "daemon/share_helper/spot.hpp"

#include <string>
#include <string_view>

namespace av1encd {

class StagedFile {
public:
    /// `final_spot` outlives this. Throws CallFailed.
    StagedFile(const Spot& final_spot, std::string_view machine, FileSystemSupport support);
    ~StagedFile();
    StagedFile(const StagedFile&) = delete;
    StagedFile& operator=(const StagedFile&) = delete;

    int fd() const { return fd_.get(); }
    const std::string& path() const { return part_.path; }

    /// Flushes, closes, and opens what then is there for reading.
    UniqueFd reopen();

    enum class Commit { committed, name_taken };
    /// After reopen(). Never replaces a file. Flushed again under its final name.
    Commit commit();

private:
    Commit place();

    const Spot& final_;
    FileSystemSupport support_;
    Spot part_;
    UniqueFd fd_;
    bool placed_ = false;
};

/// Whether the name is that of a part which this machine made.
bool is_part_of(std::string_view machine, std::string_view name);

/// 16 hex digits from the kernel's random numbers.
std::string random_hex();

/// Flushes the file of that name. Throws CallFailed.
void flush_at(const Spot& spot);

} // namespace av1encd
