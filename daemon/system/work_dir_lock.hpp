#pragma once
// One av1encd per work_dir: an exclusive lock on its file `lock`, which names the process that has
// it. Released by the kernel when the process ends; the file stays.

#include "common/error.hpp"
#include "common/unique_fd.hpp"

#include <filesystem>

namespace av1encd {

/// Another av1encd works in this work_dir; the program ends with EX_TEMPFAIL (75).
class WorkDirInUse : public Error {
public:
    using Error::Error;
};

class WorkDirLock {
public:
    /// Makes the folder where it is missing. Throws WorkDirInUse, and Error where the folder cannot
    /// be made or written to.
    explicit WorkDirLock(const std::filesystem::path& work_dir);

private:
    UniqueFd file_;
};

} // namespace av1encd
