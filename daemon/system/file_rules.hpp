#pragma once
// Which files a process may reach, as Landlock has it in the kernel (Linux 5.13 and later): all
// that it did not open before, and that is not granted here, is out of its reach, and of all that
// it starts. The older the kernel, the fewer kinds of access it knows; what it does not know stays
// free.

#include "common/unique_fd.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace av1encd {

/// Why this kernel has no Landlock; nullopt: it has.
std::optional<std::string> why_no_file_rules();

class FileRules {
public:
    /// Grants nothing yet. Without Landlock in this kernel, nothing of this has any effect. Throws
    /// Error where the kernel refuses.
    FileRules();

    /// The folder and what is below it, or the file. One that is not there is passed over.
    void let_read(const std::filesystem::path& path);
    /// The same, to run programs from as well.
    void let_run(const std::filesystem::path& path);
    /// An existing file, to read and write; not to be removed or replaced.
    void let_write(const std::filesystem::path& file);
    /// Folders, to read, write, make and remove files in.
    void let_change(const std::filesystem::path& folder);

    /// By the calling thread, which must have no_new_privs; it may read what /proc/self is to it.
    /// Async-signal-safe. 0, or an errno.
    int take_on() const;

private:
    void grant(const std::filesystem::path& path, std::uint64_t access);

    int version_; ///< of the kernel's Landlock; 0: none
    UniqueFd rules_;
};

} // namespace av1encd
