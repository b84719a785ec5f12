#pragma once
// Bytes from one open file to another, and their SHA-256, in blocks of 1 MiB.

#include <cstdint>
#include <functional>
#include <string>

namespace av1encd {

/// Hears after each block how far the copy is.
using CopyProgress = std::function<void(std::uint64_t bytes)>;

struct CopiedBytes {
    std::uint64_t bytes = 0;
    std::string sha256; ///< hex
};

/// Stops after `most` bytes or at the end of `from`. What was written has reached the disk then.
/// Throws ReadFailed or WriteFailed; the names are for their texts.
struct CopyEnds {
    int from = -1;
    int to = -1;
    std::string from_path;
    std::string to_path;
};
CopiedBytes copy_bytes(const CopyEnds& ends, std::uint64_t most, const CopyProgress& progress);

/// Throws ReadFailed.
CopiedBytes hash_file(int file, const std::string& path, const CopyProgress& progress);

} // namespace av1encd
