#pragma once
// Brings files into the share as sources, as the user who runs it. A source appears under its name
// only whole and flushed, never in the place of another, and an attempt that fails or is
// interrupted leaves nothing behind.

#include "common/error.hpp"
#include "common/unique_fd.hpp"
#include "ctl/interruption.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace av1encd {

struct AddedFile {
    std::string source; ///< bytes
    std::uint64_t bytes = 0;
    bool operator==(const AddedFile&) const = default;
};

class Inbox {
public:
    /// `extensions` in lower case, without the dot.
    Inbox(const std::filesystem::path& share_root, std::vector<std::string> extensions);

    /// Copies `file` to `jobs/to_assign/<its name>`. Throws Error where it is refused (its name is
    /// taken, its extension not accepted, it is no regular file) or fails, and Interrupted.
    AddedFile add(const std::filesystem::path& file, Interruption& interruption) const;

private:
    void refuse_unaccepted(const std::string& name) const;
    void refuse_taken(const std::string& name) const;

    std::filesystem::path jobs_;
    std::vector<std::string> extensions_;
};

} // namespace av1encd
